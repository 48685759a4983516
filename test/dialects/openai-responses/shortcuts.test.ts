/** What a stream must not leave out, since some client of Responses loses something by it (docs/clients.md). */
import { describe, expect, it } from 'vitest'
import { answer, eventsOf, type Told, type ToldEvent } from './support.ts'

type Item = Readonly<Record<string, unknown>>

const BODY = {
  input: 'Hi',
  store: false,
  reasoning: { summary: 'auto' },
  tools: [
    { type: 'function', name: 'f' },
    { type: 'namespace', name: 'ns', tools: [{ type: 'function', name: 'g' }] },
  ],
}
/** All that an answer of the model's may hold, in pieces. */
const events = await eventsOf(BODY, [
  answer([{ text: 'Hm. ', thought: true }], null),
  answer([{ text: 'Let me ' }], null),
  answer([{ text: 'see.' }], null),
  answer([
    { functionCall: { name: 'f', args: { a: 1 } }, thoughtSignature: 'EgQBAgME' },
    { functionCall: { name: 'ns__g' } },
  ]),
])
const of = (type: string): readonly ToldEvent[] =>
  events.filter((event) => event.type === `response.${type}`)
const responses = events.flatMap(({ response }) =>
  response === undefined ? [] : [response as Told],
)
const [created, last] = [responses[0], responses.at(-1)]
const output = last?.output ?? []
const added = of('output_item.added').map(({ item }) => item as Item)
const done = of('output_item.done').map(({ item }) => item as Item)
const idsOf = (items: readonly Item[]): readonly unknown[] => items.map(({ id }) => id)
const typesOf = (items: readonly Item[]): readonly unknown[] => items.map(({ type }) => type)
const callsIn = (items: readonly Item[]): readonly Item[] =>
  items.filter(({ type }) => type === 'function_call')
const messages = output.filter(({ type }) => type === 'message')
const content = messages.flatMap(({ content: parts }) => parts as Item[])

describe('a stream of Responses', () => {
  it.each<[string, unknown, unknown]>([
    [
      'the beginning',
      events.slice(0, 2).map(({ type }) => type),
      ['response.created', 'response.in_progress'],
    ],
    ['the same id in every response', new Set(responses.map(({ id }) => id)).size, 1],
    [
      'the status',
      responses.map(({ status }) => status),
      ['in_progress', 'in_progress', 'completed'],
    ],
    ['an item’s beginning', idsOf(added), idsOf(output)],
    ['an item’s end', done, output],
    [
      'an item at the end',
      typesOf(output),
      ['reasoning', 'message', 'reasoning', 'function_call', 'function_call'],
    ],
    ['an id, or one that is new', new Set(idsOf(output)).size, 5],
    [
      'a status',
      [...callsIn(output), ...messages].map(({ status }) => status),
      ['completed', 'completed', 'completed'],
    ],
    [
      'the beginning of a content part',
      of('content_part.added').map(({ part }) => part),
      [{ type: 'output_text', text: '', annotations: [], logprobs: [] }],
    ],
    ['deltas of the text', of('output_text.delta').map(({ delta }) => delta), ['Let me ', 'see.']],
    [
      'annotations',
      content,
      [{ type: 'output_text', text: 'Let me see.', annotations: [], logprobs: [] }],
    ],
    [
      'a delta of a call’s arguments',
      of('function_call_arguments.delta').map(({ delta }) => delta),
      ['{"a":1}', '{}'],
    ],
    [
      'the end of a call’s arguments',
      of('function_call_arguments.done').map(({ arguments: args, name }) => [name, args]),
      [
        ['f', '{"a":1}'],
        ['g', '{}'],
      ],
    ],
    [
      'empty arguments in the beginning',
      callsIn(added).map(({ arguments: args }) => args),
      ['', ''],
    ],
    [
      'a call’s name and namespace',
      callsIn(output).map(({ name, namespace }) => [name, namespace]),
      [
        ['f', undefined],
        ['g', 'ns'],
      ],
    ],
    [
      'a list of summaries',
      output.filter(({ type }) => type === 'reasoning').map(({ summary }) => summary),
      [[{ type: 'summary_text', text: 'Hm. ' }], []],
    ],
    [
      'the item that a delta belongs to',
      of('output_text.delta').map(({ item_id, output_index: at }) => [item_id, at]),
      Array(2).fill([output[1]?.['id'], 1]),
    ],
    ['a time that is a number', typeof created?.['created_at'], 'number'],
    [
      'usage, and the sum of it',
      last?.['usage'],
      {
        input_tokens: 10,
        input_tokens_details: { cached_tokens: 4, cache_write_tokens: 0 },
        output_tokens: 8,
        output_tokens_details: { reasoning_tokens: 3 },
        total_tokens: 18,
      },
    ],
    ['a number', events.map(({ sequence_number: n }) => n), events.map((_, index) => index)],
    [
      'a field that OpenAI demands',
      [
        'id',
        'object',
        'created_at',
        'error',
        'incomplete_details',
        'instructions',
        'model',
        'tools',
        'output',
        'parallel_tool_calls',
        'metadata',
        'tool_choice',
        'temperature',
        'top_p',
      ].filter((field) => responses.some((each) => each[field] === undefined)),
      [],
    ],
  ])('leaves out %s never', (_, seen, expected) => {
    expect(seen).toEqual(expected)
  })
})
