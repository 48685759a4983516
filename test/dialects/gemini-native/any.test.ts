/** Whatever a client writes in Google's format, nothing throws, and what needs no change is passed on byte for byte. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Cuttings } from '../../../src/bytes/cuttings.ts'
import type { JsonText, Sent, Written } from '../../../src/dialects/dialect.ts'
import { GEMINI_GENERATE } from '../../../src/dialects/gemini-native/index.ts'
import { nativeStream } from '../../../src/dialects/gemini-native/stream.ts'
import type { GenerateContentResponse } from '../../../src/gemini/types.ts'
import { UPSTREAMS, type Upstream } from '../../../src/gemini/upstreams.ts'
import { elementsAt, membersAt } from '../../../src/json/value-spans.ts'

const MODEL = 'gemini-3-flash-preview'

function writtenOf(text: string): Written {
  const sent: Sent<JsonText> = {
    body: { text, value: JSON.parse(text) },
    cuttings: Cuttings.NONE,
    memory: {} as never,
    params: { model: MODEL },
    headers: new Headers(),
    query: () => new URLSearchParams(),
    settings: {
      transcriptionModel: '',
      maxMediaPartBytes: 1,
      claudeModels: {} as never,
      storeResponses: true,
    },
  }
  const read = GEMINI_GENERATE.read(sent)
  if (read instanceof Promise || !read.ok) throw new Error('It was not read.')
  const translated = read.translate()
  if (!translated.ok || translated.order !== 'as_written') throw new Error('It is not written.')
  return translated
}

function sentTo(upstream: Upstream, text: string, model = MODEL): string {
  return writtenOf(text).write({ target: { model, upstream }, safety: [] })
}

const name = fc.constantFrom('add', 'sub', '')
const id = fc.option(fc.constantFrom('a', 'b', ''), { nil: undefined })
const spelled = (camel: string, snake: string): fc.Arbitrary<string> =>
  fc.constantFrom(camel, snake)

function keyed(key: fc.Arbitrary<string>, value: fc.Arbitrary<unknown>): fc.Arbitrary<object> {
  return fc.tuple(key, value).map(([field, inner]) => ({ [field]: inner }))
}

const call = keyed(
  spelled('functionCall', 'function_call'),
  fc.oneof(fc.record({ id, name, args: fc.jsonValue() }), fc.jsonValue()),
)
const result = keyed(
  spelled('functionResponse', 'function_response'),
  fc.oneof(fc.record({ id, name, response: fc.jsonValue() }), fc.jsonValue()),
)
const signed = fc
  .tuple(call, keyed(spelled('thoughtSignature', 'thought_signature'), fc.string()))
  .map(([one, other]) => ({ ...one, ...other }))
const part = fc.oneof(
  fc.record({ text: fc.string({ unit: 'binary' }) }),
  call,
  signed,
  result,
  keyed(spelled('fileData', 'file_data'), fc.jsonValue()),
  keyed(spelled('inlineData', 'inline_data'), fc.jsonValue()),
  fc.jsonValue(),
)
const content = fc.oneof(
  fc.record({ role: fc.constantFrom('user', 'model'), parts: fc.array(part, { maxLength: 4 }) }),
  fc.record({ parts: fc.array(part, { maxLength: 2 }) }),
  fc.jsonValue(),
)
const body = fc.record(
  {
    contents: fc.oneof(fc.array(content, { maxLength: 5 }), fc.jsonValue()),
    tools: fc.jsonValue(),
    generationConfig: fc.jsonValue(),
    safety_settings: fc.jsonValue(),
    systemInstruction: fc.jsonValue(),
    fieldOfTomorrow: fc.jsonValue(),
    cachedContent: fc.jsonValue(),
  },
  { requiredKeys: [] },
)
/** Laid out as different clients do. */
const text = fc
  .tuple(body, fc.constantFrom(undefined, 2, '\t'))
  .map(([value, space]) => JSON.stringify(value, null, space))

describe('any body', () => {
  it('is written for every target, as JSON', () => {
    fc.assert(
      fc.property(text, fc.constantFrom(...UPSTREAMS), (json, upstream) => {
        expect(() => JSON.parse(sentTo(upstream, json)) as unknown).not.toThrow()
        expect(() => JSON.parse(sentTo(upstream, json, 'gemini-2.5-pro')) as unknown).not.toThrow()
        const target = { model: 'gemini-2.5-pro', upstream }
        expect(() => writtenOf(json).ignored(target)).not.toThrow()
      }),
    )
  })

  it('without calls and results reaches the Gemini API byte for byte', () => {
    fc.assert(
      fc.property(text, (json) => {
        fc.pre(!/function(?:C|_c)all|function(?:R|_r)esponse/.test(json))
        expect(sentTo('gemini-api', json)).toBe(json)
      }),
    )
  })

  it('keeps all but signatures and repeated results', () => {
    const asGiven = (json: string): unknown =>
      JSON.parse(json, (key, value: unknown) =>
        /^thought(?:S|_s)ignature$/.test(key) ? undefined : value,
      )
    fc.assert(
      fc.property(text, (json) => {
        fc.pre(!/function(?:R|_r)esponse/.test(json))
        expect(asGiven(sentTo('gemini-api', json))).toEqual(asGiven(json))
      }),
    )
  })
})

describe('the spans of a text', () => {
  it('are those of its values', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const json = JSON.stringify(value, null, 1)
        const members = membersAt(json, 0)
        const parsed = members.map(({ key, value: { start, end } }) => [
          key,
          JSON.parse(json.slice(start, end)) as unknown,
        ])
        expect(parsed).toEqual(Object.entries(JSON.parse(json) as object))
      }),
    )
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (value) => {
        const json = JSON.stringify(value, null, '\t')
        const elements = elementsAt(json, 0)
        const parsed = elements.map(
          ({ start, end }) => JSON.parse(json.slice(start, end)) as unknown,
        )
        expect(parsed).toEqual(JSON.parse(json))
      }),
    )
  })
})

describe('a stream', () => {
  it.each([true, false])('holds each JSON as it came, on one line (events: %s)', (isSse) => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { minLength: 1 }), (values) => {
        const stream = nativeStream(isSse, new Headers()).choice(0, {
          model: MODEL,
          target: { model: MODEL, upstream: 'gemini-api' },
          preferences: { reasoningFormat: null, safetySettings: [], storeResponses: true },
        })
        const final = { candidates: [{ finishReason: 'STOP' }] }
        const jsons = values.map((value) => JSON.stringify({ value }))
        const told =
          jsons.map((json) => stream.encode({}, json)).join('') +
          stream.encode(final, JSON.stringify(final))
        const closed = stream.end()
        if (closed instanceof Promise) throw new Error('It waits for nothing.')
        expect(closed.ok).toBe(true)
        const whole = told + closed.frames
        const expected = [...jsons, JSON.stringify(final)]
        const asEvents = expected.map((json) => `data: ${json}\r\n\r\n`).join('')
        const asArray = JSON.stringify(expected.map((json) => JSON.parse(json) as unknown))
        expect(isSse ? whole : JSON.stringify(JSON.parse(whole))).toBe(isSse ? asEvents : asArray)
      }),
    )
  })

  it('has nothing but its events for an SDK of Google, however often it was kept alive', () => {
    const client = new Headers({ 'x-goog-api-client': 'google-genai-sdk/3.1.0 gl-node/v24.1.0' })
    const terms = {
      model: MODEL,
      target: { model: MODEL, upstream: 'gemini-api' },
      preferences: { reasoningFormat: null, safetySettings: [], storeResponses: true },
    } as const
    const final = { candidates: [{ finishReason: 'STOP' as const }] }
    const stream = nativeStream(true, client)
    const early = stream.keepAlive()
    const choice = stream.choice(0, terms)
    const told = [
      early,
      stream.keepAlive(),
      choice.encode({}, '{"a":1}'),
      choice.encode({}, '{"b":2}'),
      stream.keepAlive(),
      choice.encode(final, JSON.stringify(final)),
      stream.keepAlive(),
    ].join('')
    expect(told).toBe(
      `data:  {"a":1}\r\n\r\ndata: {"b":2}\r\n\r\ndata: ${JSON.stringify(final)}\r\n\r\n`,
    )
    const failing = nativeStream(true, client)
    const failure = { reason: 'upstream_truncated', message: 'It broke off.' } as const
    expect(failing.keepAlive() + failing.fail(failure)).toMatch(/^data: \{"error":.*\}\r\n\r\n$/)
  })

  it.each([
    ['google-genai-sdk/1.52.0 gl-node/v24.21.0', /^\{"error":.*\}\r\n$/],
    ['google-genai-sdk/1.78.0 gl-python/3.14.0', /^data: \{"error":.*\}\r\n\r\n$/],
    ['google-genai-sdk/2.32.0 gl-node/v24.21.0', /^data: \{"error":.*\}\r\n\r\n$/],
    ['genkit-node/1.42.0 gl-node/24.21.0', /^\{"error":.*\}\r\n$/],
    ['genkit-node/1.41.0 gl-node/24.21.0', /^data: \{"error":.*\}\r\n\r\n$/],
    ['genai-js/0.24.1', /^data: \{"error":.*\}\r\n\r\n$/],
  ])('tells %s why it broke off, where that one hears it', (name, expected) => {
    const stream = nativeStream(true, new Headers({ 'x-goog-api-client': name }))
    expect(stream.fail({ reason: 'upstream_truncated', message: 'It broke off.' })).toMatch(
      expected,
    )
  })

  it.each([
    ['both have ended', [begun(0), begun(1), ended(0), ended(1)], true],
    ['the second has not ended', [begun(0), begun(1), ended(0)], false],
    ['the first has not ended', [begun(0), begun(1), ended(1)], false],
    ['one says something after its end', [begun(0), ended(0), begun(0)], true],
    ['the prompt is blocked', [begun(0), { promptFeedback: { blockReason: 'SAFETY' } }], true],
  ])('of two candidates is whole or broken off, if %s', async (_, events, isWhole) => {
    const choice = nativeStream(true, new Headers()).choice(0, {
      model: MODEL,
      target: { model: MODEL, upstream: 'gemini-api' },
      preferences: { reasoningFormat: null, safetySettings: [], storeResponses: true },
    })
    for (const event of events) choice.encode(event, JSON.stringify(event))
    const { ok, frames } = await choice.end()
    expect(ok).toBe(isWhole)
    expect(frames.includes('"error"')).toBe(!isWhole)
  })

  it.each([
    ['nobody', {}],
    ['another client', { 'user-agent': 'ai/7.0 google/4.0', 'x-goog-api-client': 'gl-node/24' }],
  ])('is kept alive by an event that says nothing, for %s', (_, headers) => {
    const stream = nativeStream(true, new Headers(headers))
    expect(stream.keepAlive() + stream.keepAlive()).toBe('data: {}\r\n\r\n'.repeat(2))
  })
})

function begun(index: number): GenerateContentResponse {
  return { candidates: [{ index, content: { role: 'model', parts: [{ text: 'word' }] } }] }
}

function ended(index: number): GenerateContentResponse {
  return { candidates: [{ index, finishReason: 'STOP' }] }
}
