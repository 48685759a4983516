import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keepTyped } from '../../src/gemini/typed.ts'
import type { GenerateContentResponse } from '../../src/gemini/types.ts'
import { codeAssist } from '../../src/upstreams/code-assist.ts'
import type { Front } from '../../src/upstreams/front.ts'
import { geminiApi } from '../../src/upstreams/gemini-api.ts'
import { RecurringEvents } from '../../src/upstreams/recurring-events.ts'

/** What parsing alone makes of an event; undefined if it is no JSON. */
function parsedAlone(payload: string, { unwrap }: Front): GenerateContentResponse | undefined {
  const event = parsed(payload)
  const response = event && unwrap(event)
  return response && keepTyped(response)
}

function parsed(payload: string): object | undefined {
  try {
    return JSON.parse(payload) as object
  } catch {
    return undefined // no JSON
  }
}

/** What is read of a stream's events without parsing them; null for those that had to be parsed. */
function recurringIn(
  payloads: readonly string[],
  front: Front,
): readonly (GenerateContentResponse | null)[] {
  const events = new RecurringEvents()
  return payloads.map((payload) => {
    const read = events.read(payload)
    const event = read === null ? parsed(payload) : undefined
    const response = event && front.unwrap(event)
    if (event !== undefined && response !== undefined)
      events.learn(payload, event, keepTyped(response))
    return read
  })
}

const counts = fc.record(
  {
    promptTokenCount: fc.nat(),
    candidatesTokenCount: fc.oneof(fc.nat(), fc.constant('seven')),
    totalTokenCount: fc.nat(),
  },
  { requiredKeys: ['promptTokenCount'] },
)
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '"', '\\', '","usageMetadata":{', '\n', '\ud83d', 'a\u2028', '"}]},"text":"'),
)
const event = fc
  .record({
    part: fc.oneof(
      text.map((said) => ({ text: said })),
      text.map((said) => ({ text: said, thought: true })),
      fc.constant({ functionCall: { name: 'f', args: { text: 'x' } } }),
      fc.constant({ text: 7 }),
    ),
    usage: fc.option(fc.oneof({ arbitrary: counts, weight: 5 }, fc.constantFrom(null, [], 3))),
    more: fc.constantFrom({}, {}, {}, { finishReason: 'STOP' }, { index: 0 }),
    first: fc.constantFrom({}, { usageMetadata: { promptTokenCount: 1 } }),
  })
  .map(({ part, usage, more, first }) => ({
    ...first,
    candidates: [{ content: { parts: [part], role: 'model' }, ...more }],
    ...(usage !== null && { usageMetadata: usage }),
    modelVersion: 'gemini-2.5-flash',
  }))
/** Some of them spoilt. */
const payload = fc.tuple(event, fc.nat(400), fc.constantFrom(0, 0, 0, 1, 2, 3))

describe('events that recur', () => {
  it.each([
    ['gemini-api', geminiApi, (value: object): object => value],
    ['code-assist', codeAssist, (value: object): object => ({ response: value, traceId: 't' })],
  ] as const)('are read as parsing reads them (%s)', (_, front, wrap) => {
    fc.assert(
      fc.property(fc.array(payload, { minLength: 2, maxLength: 30 }), (events) => {
        const payloads = events.map(([value, at, how]) =>
          spoilt(JSON.stringify(wrap(value)), at, how),
        )
        const read = recurringIn(payloads, front)
        const alone = payloads.map((one) => parsedAlone(one, front))
        expect(read).toEqual(read.map((one, index) => (one === null ? null : alone[index])))
      }),
      { numRuns: 3000 },
    )
  })

  it('are not parsed, whatever their counts and texts', () => {
    const payloads = ['Hello', ' wörld 🎉', 'a "b"\n', '<'].map((said, index) =>
      JSON.stringify({
        candidates: [{ content: { parts: [{ text: said }], role: 'model' }, index: 0 }],
        usageMetadata: { promptTokenCount: 4, candidatesTokenCount: 12 ** index },
        responseId: 'r',
      }),
    )
    const read = recurringIn(payloads, geminiApi)
    expect(read.slice(1)).toEqual(payloads.slice(1).map((one) => JSON.parse(one) as unknown))
  })
})

function spoilt(json: string, at: number, how: number): string {
  const place = at % json.length
  if (how === 1) return json.slice(0, place)
  if (how === 2) return json.slice(0, place) + json.slice(place + 1)
  if (how === 3) return `${json.slice(0, place)}\t${json.slice(place)}`
  return json
}
