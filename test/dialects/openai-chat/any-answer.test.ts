/**
 * Whatever Google answers, the stream says the same as the whole answer, and where the stream is cut changes nothing.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ChatStream } from '../../../src/dialects/openai-chat/answer/stream.ts'
import { toChatCompletion } from '../support/chat-completion.ts'
import { type ChatPlan, PLAIN } from '../../../src/dialects/openai-chat/plan.ts'
import { REASONING_FORMATS } from '../../../src/gemini/reasoning.ts'
import type { GenerateContentResponse, Part } from '../../../src/gemini/types.ts'
import { UpstreamEvents } from '../../../src/upstreams/events.ts'
import { chunk, CONTEXT, read, whole } from '../support/answers.ts'

const NAMES = ['f', 'g_1', 'answer', 'patch']

const text = fc.string({ unit: 'grapheme', maxLength: 12 })
const signature = fc.constantFrom('c2ln', 'b3RoZXI=')
const name = fc.constantFrom(...NAMES)
const functionCall = fc.record(
  {
    name,
    args: fc.dictionary(fc.string(), fc.jsonValue()),
    id: fc.constantFrom('a', 'b', 'x'.repeat(60)),
  },
  { requiredKeys: ['name'] },
)
const part: fc.Arbitrary<Part> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ text }) },
  { weight: 2, arbitrary: fc.record({ text, thought: fc.constant(true) }) },
  {
    weight: 3,
    arbitrary: fc.record(
      { functionCall, thoughtSignature: signature },
      { requiredKeys: ['functionCall'] },
    ),
  },
  fc.record({ text: fc.constant(''), thoughtSignature: signature }),
  fc.record({
    inlineData: fc.record({
      mimeType: fc.constantFrom('image/png', 'audio/mpeg'),
      data: fc.base64String(),
    }),
  }),
  fc.record({ executableCode: fc.record({ language: fc.constant('PYTHON'), code: text }) }),
  fc.record({ codeExecutionResult: fc.record({ output: text }) }),
  fc.constant({} as Part),
)

/** A client that uses `functions` cannot choose these. */
const LEGACY = { legacyFunctions: true, parallelToolCalls: false, customTools: new Set<string>() }

const plan: fc.Arbitrary<ChatPlan> = fc
  .record({
    includeUsage: fc.boolean(),
    callee: fc.constantFrom('client', 'client', 'google', 'nobody'),
    functionNames: fc.constantFrom(new Map(), new Map([['g_1', 'g/1']])),
    customTools: fc.constantFrom(new Set<string>(), new Set(['patch'])),
    legacyFunctions: fc.boolean(),
    parallelToolCalls: fc.boolean(),
    answerFunction: fc.constantFrom(null, null, 'answer'),
    keepsText: fc.boolean(),
    reasoning: fc.constantFrom(...REASONING_FORMATS),
    reasoningAsked: fc.boolean(),
  })
  .map((some): ChatPlan => (some.legacyFunctions ? { ...some, ...LEGACY } : some))

const finishReason = fc.constantFrom(
  'STOP',
  'STOP',
  'MAX_TOKENS',
  'SAFETY',
  'OTHER',
  'MALFORMED_FUNCTION_CALL',
  'SOMETHING_NEW',
)

/** The parts as a stream delivers them: texts in pieces, and one or several parts in a response. */
function asStream(parts: readonly Part[], cuts: readonly number[]): GenerateContentResponse[] {
  let turn = 0
  const next = (): number => cuts[turn++ % cuts.length] ?? 0
  const pieces = parts.flatMap((whole): Part[] => {
    const at = next() % 5
    if (whole.text === undefined || at === 0 || at >= whole.text.length) return [whole]
    return [
      { ...whole, text: whole.text.slice(0, at) },
      { ...whole, text: whole.text.slice(at) },
    ]
  })
  const responses: Part[][] = [[]]
  for (const piece of pieces) {
    if (next() % 2 === 0) responses.push([])
    responses.at(-1)?.push(piece)
  }
  return responses.map((some) => chunk(some))
}

const cuts = fc.array(fc.nat(100), { minLength: 1, maxLength: 20 })

describe('any answer', () => {
  it('is the same, streamed and whole', () => {
    const input = { parts: fc.array(part, { maxLength: 12 }), plan, finishReason, cuts }
    fc.assert(
      fc.property(fc.record(input), (given) => {
        const stream = new ChatStream(CONTEXT, given.plan)
        let frames = ''
        for (const response of asStream(given.parts, given.cuts)) frames += stream.encode(response)
        frames += stream.encode(chunk([], { finishReason: given.finishReason }))
        const end = stream.end()
        const answer = chunk(given.parts, { finishReason: given.finishReason })
        const unary = toChatCompletion(answer, CONTEXT, given.plan)
        const streamed = end.ok
          ? { told: read(frames + end.frames), signatures: stream.signatures }
          : end.failure
        const { parts, finishReason: reason } = given
        const expected = unary.ok
          ? { told: whole(parts, reason, given.plan), signatures: unary.signatures[0] }
          : unary.failure
        expect(streamed).toEqual(expected)
      }),
      { numRuns: 400 },
    )
  })

  it('becomes the same frames however its bytes are cut', async () => {
    const input = {
      parts: fc.array(part, { maxLength: 8 }),
      newline: fc.constantFrom('\n', '\r\n', '\r'),
      cuts,
    }
    const encoded = async (chunks: Uint8Array[]): Promise<string> => {
      // Like the body that `fetch` returns: a stream of bytes without empty chunks.
      const body = new ReadableStream({
        type: 'bytes',
        start(controller) {
          for (const bytes of chunks) if (bytes.length > 0) controller.enqueue(bytes)
          controller.close()
        },
      })
      const events = new UpstreamEvents(body, (reply) => reply)
      const stream = new ChatStream(CONTEXT, { ...PLAIN, callee: 'client', includeUsage: true })
      let frames = ''
      for (;;) {
        const { responses, done } = await events.next()
        for (const response of responses) frames += stream.encode(response)
        if (done) return frames + stream.end().frames
      }
    }
    await fc.assert(
      fc.asyncProperty(fc.record(input), async (given) => {
        const responses = [
          ...asStream(given.parts, given.cuts),
          { ...chunk([], { finishReason: 'STOP' }), usageMetadata: { promptTokenCount: 3 } },
        ]
        const sse = responses
          .map((response) => `data: ${JSON.stringify(response)}${given.newline.repeat(2)}`)
          .join('')
        const bytes = new TextEncoder().encode(sse)
        expect(await encoded(sliced(bytes, given.cuts))).toBe(await encoded([bytes]))
      }),
    )
  })
})

function sliced(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const slices: Uint8Array[] = []
  let turn = 0
  for (let at = 0; at < bytes.length;) {
    const size = 1 + (sizes[turn++ % sizes.length] ?? 0)
    slices.push(bytes.slice(at, at + size))
    at += size
  }
  return slices
}
