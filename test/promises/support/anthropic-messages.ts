import {
  type Block,
  eventsOf,
  type Message,
  type StreamEvent,
} from '../../support/message-events.ts'
import { ask } from '../../support/messages.ts'
import { MODEL } from '../../support/pollux.ts'
import type { Asking, Call, Speaker } from './speaker.ts'

interface Refusal {
  readonly error?: { readonly message: string }
}

/** Messages as clients of Anthropic's SDK speak it. */
export const ANTHROPIC_MESSAGES: Speaker = {
  dialect: 'anthropic-messages',
  ask(key, asking) {
    if (typeof asking === 'string') return ask(key, asking)
    const { signal } = asking
    return ask(key, bodyOf(asking), signal === undefined ? {} : { signal })
  },
  textOf: (body) =>
    isWhole(body)
      ? contentOf(body)
          .map(({ text = '' }) => String(text))
          .join('')
      : eventsOf(body).map(textIn).join(''),
  callsOf: (body) =>
    blocksOf(body)
      .filter(({ type }) => type === 'tool_use')
      .map(({ id, name, input }): Call => ({ id: String(id), name: String(name), args: input })),
  errorOf(body) {
    const bodies = isWhole(body) ? [JSON.parse(body)] : eventsOf(body).map(({ data }) => data)
    const { error } = (bodies as Refusal[]).findLast((each) => each.error !== undefined) ?? {}
    if (error === undefined) return null
    const { message } = error
    return { message, param: /^([\w.]+): /.exec(message)?.[1] ?? null }
  },
  framesOf: (stream) => eventsOf(stream).map(({ data }) => data),
}

function bodyOf({ text = 'Hello there', stream = false, model = MODEL, functions, after }: Asking) {
  const tools = functions?.map((name) => ({
    name,
    input_schema: { type: 'object', properties: { city: { type: 'string' } } },
  }))
  const messages: object[] = [{ role: 'user', content: text }]
  if (after !== undefined) messages.push(...turnsAfter(after))
  return { model, stream, messages, ...(tools !== undefined && { tools }) }
}

function turnsAfter({ answer, results }: NonNullable<Asking['after']>): object[] {
  const calls = blocksOf(answer).filter(({ type }) => type === 'tool_use')
  return [
    { role: 'assistant', content: calls },
    {
      role: 'user',
      content: calls.map(({ id }, index) => ({
        type: 'tool_result',
        tool_use_id: id,
        content: results[index],
      })),
    },
  ]
}

/** The blocks, as far as they arrived. */
function blocksOf(body: string): Block[] {
  if (isWhole(body)) return contentOf(body)
  const blocks: Block[] = []
  let json = ''
  for (const { event, data } of eventsOf(body)) {
    if (event === 'content_block_start') blocks.push(data['content_block'] as Block)
    const { partial_json: piece = '' } = (data['delta'] ?? {}) as { partial_json?: string }
    json += piece
    if (event !== 'content_block_stop' || json === '') continue
    Object.assign(blocks.at(-1) ?? {}, { input: JSON.parse(json) as unknown })
    json = ''
  }
  return blocks
}

function textIn({ data }: StreamEvent): string {
  const { text = '' } = (data['delta'] ?? {}) as { text?: string }
  return text
}

function contentOf(body: string): Block[] {
  return (JSON.parse(body) as Partial<Message>).content ?? []
}

function isWhole(body: string): boolean {
  return body.startsWith('{')
}
