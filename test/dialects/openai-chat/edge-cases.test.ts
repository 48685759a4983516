/** The edge cases of an answer's shape in docs/clients.md (Streams, Whole answers) that have no test of their own. */
import { describe, expect, it } from 'vitest'
import { ChatStream } from '../../../src/dialects/openai-chat/answer/stream.ts'
import { type ChatPlan, PLAIN } from '../../../src/dialects/openai-chat/plan.ts'
import type { Part } from '../../../src/gemini/types.ts'
import { call, chunk, CONTEXT, TOOLS, whole } from '../support/answers.ts'

interface Choice {
  readonly index: unknown
  readonly delta: Record<string, unknown>
  readonly finish_reason: unknown
}

function choicesOf(parts: Part[], plan: ChatPlan = TOOLS): Choice[] {
  const stream = new ChatStream(CONTEXT, plan)
  const frames = parts.map((part) => stream.encode(chunk([part]))).join('')
  const end = stream.encode(chunk([], { finishReason: 'STOP' })) + stream.end().frames
  return (frames + end)
    .split('\n\n')
    .filter((frame) => frame.startsWith('data: {'))
    .flatMap((frame) => (JSON.parse(frame.slice(6)) as { choices: Choice[] }).choices)
}

const MIXED: Part[] = [
  { text: 'hm', thought: true },
  { text: 'a' },
  call('f', { a: 1 }, 'x'),
  call('g', {}, 'y'),
]

describe('a stream', () => {
  it('has the role assistant, never model', () => {
    expect(choicesOf([{ text: 'a' }]).map(({ delta }) => delta['role'])).toEqual([
      'assistant',
      undefined,
      undefined,
    ])
  })

  it.each(['twice', 'as an empty text', 'as null'])(
    '%s tells no id, name or type of a call: there is one delta a call',
    () => {
      const calls = choicesOf(MIXED).flatMap(({ delta }) => delta['tool_calls'] ?? [])
      expect(calls).toEqual([
        { index: 0, id: 'x', type: 'function', function: { name: 'f', arguments: '{"a":1}' } },
        { index: 1, id: 'y', type: 'function', function: { name: 'g', arguments: '{}' } },
      ])
    },
  )

  it('names the index of every choice', () => {
    for (const { index } of choicesOf(MIXED)) expect(index).toBe(0)
  })

  it('has an object for every delta, and a finish that is null until the last', () => {
    const choices = choicesOf(MIXED)
    for (const { delta } of choices) expect(delta).toBeTypeOf('object')
    expect(choices.map(({ finish_reason }) => finish_reason)).toEqual([
      ...choices.slice(1).map(() => null),
      'tool_calls',
    ])
  })

  it('has texts for content, never parts', () => {
    const contents = choicesOf(MIXED).flatMap(({ delta }) => delta['content'] ?? [])
    expect(contents).toEqual(['', 'a'])
  })

  it('has no empty list of calls', () => {
    for (const { delta } of choicesOf([{ text: 'a' }]))
      expect(delta).not.toHaveProperty('tool_calls')
  })
})

describe('a whole answer', () => {
  it('leaves out calls where there are none', () => {
    const { message } = whole([{ text: 'a' }], 'STOP', TOOLS)
    expect(Object.keys(message)).toEqual(['role', 'content', 'refusal'])
  })

  it('cut off within its JSON is a length, so that SDKs do not parse it', () => {
    expect(whole([{ text: '{"a":' }], 'MAX_TOKENS', PLAIN).finish).toBe('length')
    const plan = { ...TOOLS, answerFunction: 'answer' }
    expect(whole([{ text: '```json\n{"a":' }], 'MAX_TOKENS', plan).finish).toBe('length')
  })
})
