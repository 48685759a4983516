/** How Anthropic's clients read a stream. */
import { expect } from 'vitest'

export type Block = Record<string, unknown> & { type: string }

export interface Message {
  id: string
  type: string
  role: string
  model: string
  content: Block[]
  stop_reason: string | null
  stop_sequence: string | null
  usage: Record<string, unknown>
}

export interface StreamEvent {
  readonly event: string
  readonly data: Record<string, unknown> & { type: string }
}

/** Each event must have an `event:` line with its type, which all SDKs but one need. */
export function eventsOf(text: string): StreamEvent[] {
  return text
    .split('\n\n')
    .filter((frame) => frame !== '')
    .map((frame) => {
      const [, event = '', data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(frame) ?? []
      const parsed = JSON.parse(data) as StreamEvent['data']
      expect(parsed.type).toBe(event)
      return { event, data: parsed }
    })
}

/** The message that a stream builds. Checks the order of events that clients need. */
export function accumulated(text: string): Message {
  const events = eventsOf(text).filter(({ event }) => event !== 'ping')
  const [start, ...rest] = events
  expect(start?.event).toBe('message_start')
  const message = start?.data['message'] as Message
  expect(message).toMatchObject({ content: [], stop_reason: null, stop_sequence: null })
  let open: number | null = null
  let json = ''
  let isEnding = false
  for (const { event, data } of rest) {
    switch (event) {
      case 'content_block_start':
        expect([open, isEnding, data['index']]).toEqual([null, false, message.content.length])
        open = message.content.length
        json = ''
        message.content.push(data['content_block'] as Block)
        break
      case 'content_block_delta': {
        expect(data['index']).toBe(open)
        const block = message.content.at(-1) as Block
        const delta = data['delta'] as Record<string, string> & { type: string }
        if (delta.type === 'text_delta') block['text'] = String(block['text']) + delta['text']
        else if (delta.type === 'thinking_delta') {
          block['thinking'] = String(block['thinking']) + delta['thinking']
        } else if (delta.type === 'signature_delta') {
          expect(block['signature']).toBe('')
          block['signature'] = delta['signature']
        } else if (delta.type === 'input_json_delta') json += delta['partial_json']
        else if (delta.type === 'citations_delta') {
          block['citations'] = [...((block['citations'] as unknown[]) ?? []), delta['citation']]
        } else throw new Error(delta.type)
        break
      }
      case 'content_block_stop':
        expect(data['index']).toBe(open)
        if (json !== '') (message.content.at(-1) as Block)['input'] = JSON.parse(json)
        open = null
        break
      case 'message_delta':
        expect([open, isEnding]).toEqual([null, false])
        isEnding = true
        Object.assign(message, data['delta'], { usage: data['usage'] })
        break
      case 'message_stop':
        expect(isEnding).toBe(true)
        break
      default:
        throw new Error(`unexpected ${event}: ${JSON.stringify(data)}`)
    }
  }
  expect(events.at(-1)?.event).toBe('message_stop')
  return message
}
