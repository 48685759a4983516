/**
 * Whatever Google answers, the events say the same as the whole message, and where the stream is cut changes nothing.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MessagePlan } from '../../src/dialects/anthropic-messages/request.ts'
import { messageStream } from '../../src/dialects/anthropic-messages/stream.ts'
import { toMessage } from '../../src/dialects/anthropic-messages/whole.ts'
import { PLAIN_ANSWER } from '../../src/gemini/answer/plan.ts'
import type { GenerateContentResponse, Part } from '../../src/gemini/types.ts'
import { accumulated, type Block, type Message } from '../support/message-events.ts'

const CONTEXT = { requestId: `req_${'0'.repeat(32)}`, createdMs: 0 }
const TERMS = {
  model: 'm',
  target: { model: 'gemini-3.8-flash', upstream: 'gemini-api' },
  preferences: { reasoningFormat: null, safetySettings: [], storeResponses: true },
} as const

const text = fc.string({ unit: 'grapheme', maxLength: 12 })
const part: fc.Arbitrary<Part> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ text }) },
  { weight: 2, arbitrary: fc.record({ text, thought: fc.constant(true) }) },
  {
    weight: 3,
    arbitrary: fc.record(
      {
        functionCall: fc.record(
          { name: fc.constantFrom('f', 'g_1'), args: fc.dictionary(fc.string(), fc.jsonValue()) },
          { requiredKeys: ['name'] },
        ),
        thoughtSignature: fc.constantFrom('c2ln', 'b3RoZXI='),
      },
      { requiredKeys: ['functionCall'] },
    ),
  },
  fc.record({ text: fc.constant(''), thoughtSignature: fc.constant('c2ln') }),
  fc.record({
    inlineData: fc.record({ mimeType: fc.constant('image/png'), data: fc.base64String() }),
  }),
  fc.record({ executableCode: fc.record({ language: fc.constant('PYTHON'), code: text }) }),
  fc.record({ codeExecutionResult: fc.record({ output: text }) }),
  fc.constant({} as Part),
)
const plan: fc.Arbitrary<MessagePlan> = fc
  .record({
    callee: fc.constantFrom('client', 'client', 'google', 'nobody'),
    parallelToolCalls: fc.boolean(),
    answerFunction: fc.constantFrom(null, null, 'f'),
    keepsText: fc.boolean(),
    knowsThoughts: fc.boolean(),
    searches: fc.boolean(),
    runsCode: fc.boolean(),
    mayBeEmpty: fc.boolean(),
  })
  .map((some) => ({ ...PLAIN_ANSWER, ...some }))
const finishReason = fc.constantFrom(
  'STOP',
  'STOP',
  'MAX_TOKENS',
  'SAFETY',
  'OTHER',
  'SOMETHING_NEW',
)
const cuts = fc.array(fc.nat(100), { minLength: 1, maxLength: 20 })

function response(parts: readonly Part[], reason?: string): GenerateContentResponse {
  const content = { role: 'model', parts: [...parts] }
  return {
    candidates: [{ content, ...(reason !== undefined && { finishReason: reason }) }],
    usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 4 },
  }
}

/** Responses of one or several parts, with texts in pieces. */
function cutUp(parts: readonly Part[], at: readonly number[]): GenerateContentResponse[] {
  let turn = 0
  const next = (): number => at[turn++ % at.length] ?? 0
  const pieces = parts.flatMap((whole): Part[] => {
    const place = next() % 5
    if (whole.text === undefined || place === 0 || place >= whole.text.length) return [whole]
    return [
      { ...whole, text: whole.text.slice(0, place) },
      { ...whole, text: whole.text.slice(place) },
    ]
  })
  const groups: Part[][] = [[]]
  for (const piece of pieces) {
    if (next() % 2 === 0) groups.push([])
    groups.at(-1)?.push(piece)
  }
  return groups.map((group) => response(group))
}

/** Removes ids, which are random. The envelope of a signature contains one too. */
function withoutIds(message: Message): object {
  const content = message.content.map((block): Block => {
    const { id: _id, tool_use_id: _of, ...rest } = block
    return 'signature' in rest && rest['signature'] !== '' ? { ...rest, signature: 'sealed' } : rest
  })
  return { ...message, content }
}

describe('any answer', () => {
  it('is the same, streamed and whole, in a sequence that all clients take', () => {
    const input = { parts: fc.array(part, { maxLength: 12 }), plan, finishReason, cuts }
    fc.assert(
      fc.property(fc.record(input), (given) => {
        const stream = messageStream(
          (terms) => ({ plan: given.plan, terms, estimate: () => 1 }),
          CONTEXT,
        ).choice(0, TERMS)
        let frames = ''
        for (const each of cutUp(given.parts, given.cuts)) frames += stream.encode(each)
        frames += stream.encode(response([], given.finishReason))
        const end = stream.end()
        if (end instanceof Promise) throw new Error('There is nothing to wait for.')
        const answer = { ...TERMS, response: response(given.parts, given.finishReason) }
        const whole = toMessage(answer, given.plan, CONTEXT)
        const streamed = end.ok ? withoutIds(accumulated(frames + end.frames)) : end.failure
        const expected = whole.ok ? withoutIds(JSON.parse(whole.json) as Message) : whole.failure
        expect(streamed).toEqual(expected)
        expect(frames).not.toContain('message_stop')
      }),
      { numRuns: 400 },
    )
  })
})
