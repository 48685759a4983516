/** What a stream must not do, since some client of Anthropic's loses something by it (docs/clients.md). */
import { describe, expect, it } from 'vitest'
import { ANTHROPIC_MESSAGES } from '../../../src/dialects/anthropic-messages/index.ts'
import {
  accumulated,
  type Block,
  eventsOf,
  type StreamEvent,
} from '../../support/message-events.ts'
import { answer, CONTEXT, sent, TERMS } from '../openai-responses/support.ts'

const BODY = {
  model: TERMS.model,
  max_tokens: 20_000,
  stream: true,
  thinking: { type: 'adaptive' },
  messages: [{ role: 'user', content: 'Hi' }],
  tools: ['f', 'g'].map((name) => ({ name, input_schema: { type: 'object' } })),
}

/** A stream with all that an answer of the model's may hold, in pieces. */
async function told(): Promise<string> {
  const read = await ANTHROPIC_MESSAGES.read(sent(BODY))
  const translated = read.ok ? read.translate() : read
  if (!translated.ok) throw new Error(translated.failure.message)
  const encoder = translated.telling.stream(CONTEXT, 1).choice(0, TERMS)
  const frames = [
    answer([{ text: 'Hm. ', thought: true }], null),
    answer([{ text: 'Well. ', thought: true }, { text: '' }], null),
    answer([{ text: 'Let me ' }], null),
    answer([{ text: 'see.' }], null),
    answer([
      { functionCall: { name: 'f', args: { a: 1 } }, thoughtSignature: 'EgQBAgME' },
      { functionCall: { name: 'g' } },
    ]),
  ].map((response) => encoder.encode(response))
  return frames.join('') + (await encoder.end()).frames
}

const text = await told()
const events = eventsOf(text)
const of = (type: string): StreamEvent[] => events.filter(({ event }) => event === type)
const blocks = of('content_block_start').map(({ data }) => data['content_block'] as Block)
const deltas = of('content_block_delta').map(({ data }) => data['delta'] as Block)
const types = (some: readonly Block[]): unknown[] => [...new Set(some.map(({ type }) => type))]
const messageOf = ({ data }: StreamEvent): { usage: object } =>
  (data['message'] ?? data) as { usage: object }
const [start] = of('message_start')
const [delta] = of('message_delta')

describe('a stream of Messages', () => {
  it.each<[string, unknown, unknown]>([
    [
      'a frame without its event line',
      text.match(/^data: /gm)?.length,
      text.match(/^event: \w+\ndata: /gm)?.length,
    ],
    [
      'an event of an unknown type',
      [...new Set(events.map(({ event }) => event))],
      [
        'message_start',
        'content_block_start',
        'content_block_delta',
        'content_block_stop',
        'message_delta',
        'message_stop',
      ],
    ],
    ['a block of an unknown type', types(blocks), ['thinking', 'text', 'tool_use']],
    [
      'a delta of an unknown type',
      types(deltas),
      ['thinking_delta', 'signature_delta', 'text_delta', 'input_json_delta'],
    ],
    ['no beginning, or two', of('message_start').length, 1],
    ['no message_delta, or two', of('message_delta').length, 1],
    ['no message_stop', events.at(-1)?.event, 'message_stop'],
    ['a block that does not end', of('content_block_stop').length, blocks.length],
    [
      'indexes with gaps, or from 1 on',
      of('content_block_start').map(({ data }) => data['index']),
      blocks.map((_, index) => index),
    ],
    [
      'two blocks open at once',
      events
        .flatMap(({ event, data }) => (/_st(?:art|op)$/.test(event) ? [data['index'] ?? []] : []))
        .flat(),
      blocks.flatMap((_, index) => [index, index]),
    ],
    [
      'an empty block of text',
      accumulated(text).content.filter(({ type, text: said }) => type === 'text' && said === ''),
      [],
    ],
    ['text in two blocks', blocks.filter(({ type }) => type === 'text').length, 1],
    [
      'a beginning without usage',
      start && messageOf(start).usage,
      {
        input_tokens: 6,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 4,
        output_tokens: 0,
        output_tokens_details: { thinking_tokens: 0 },
      },
    ],
    [
      'an end whose usage lacks the input',
      delta && messageOf(delta).usage,
      {
        input_tokens: 6,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 4,
        output_tokens: 8,
        output_tokens_details: { thinking_tokens: 3 },
      },
    ],
    [
      'the input of a call in its beginning',
      blocks.filter(({ type }) => type === 'tool_use').map(({ input }) => input),
      [{}, {}],
    ],
    [
      'a call without a delta of its input',
      deltas.filter(({ type }) => type === 'input_json_delta').map((each) => each['partial_json']),
      ['{"a":1}', '{}'],
    ],
    [
      'thoughts that begin without the field of their signature',
      blocks.filter(({ type }) => type === 'thinking').map(({ signature }) => signature),
      ['', ''],
    ],
    [
      'a signature in pieces, or thoughts that end without one',
      of('content_block_delta').flatMap(({ data }) =>
        (data['delta'] as Block).type === 'signature_delta' ? data['index'] : [],
      ),
      blocks.flatMap(({ type }, index) => (type === 'thinking' ? index : [])),
    ],
    [
      'a reason other than the calls',
      delta?.data['delta'],
      { stop_reason: 'tool_use', stop_sequence: null },
    ],
  ])('never has %s', (_, seen, expected) => {
    expect(seen).toEqual(expected)
  })
})
