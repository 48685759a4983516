import { describe, expect, it } from 'vitest'
import { toChatCompletion } from '../support/chat-completion.ts'
import { ChatStream } from '../../../src/dialects/openai-chat/answer/stream.ts'
import type { StreamEnd } from '../../../src/dialects/dialect.ts'
import { PLAIN } from '../../../src/dialects/openai-chat/plan.ts'
import type { GenerateContentResponse, Part } from '../../../src/gemini/types.ts'

const CONTEXT = { id: 'chatcmpl-1', created: 1_795_360_000, model: 'm' }
const HEAD =
  '{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1795360000,"model":"m","choices":['
const DONE = 'data: [DONE]\n\n'
const ROLE = delta('{"role":"assistant","content":"","refusal":null}')

function delta(json: string, finish = 'null'): string {
  return `data: ${HEAD}{"index":0,"delta":${json},"logprobs":null,"finish_reason":${finish}}]}\n\n`
}

function text(value: string): string {
  return delta(`{"content":${JSON.stringify(value)}}`)
}

function chunk(parts: Part[], finishReason?: string): GenerateContentResponse {
  const content = { role: 'model', parts }
  return { candidates: [{ content, ...(finishReason !== undefined && { finishReason }) }] }
}

function run(
  responses: readonly GenerateContentResponse[],
  includeUsage = false,
): { frames: string[]; end: StreamEnd } {
  const stream = new ChatStream(CONTEXT, { ...PLAIN, includeUsage })
  const frames = responses.map((response) => stream.encode(response))
  return { frames, end: stream.end() }
}

/** Puts the frames' deltas together as a client does. */
function collect(sse: string): Record<string, string> {
  const texts: Record<string, string> = { content: '', reasoning_content: '', refusal: '' }
  for (const line of sse.split('\n\n')) {
    if (line === '' || line === 'data: [DONE]') continue
    const { choices } = JSON.parse(line.slice('data: '.length))
    for (const choice of choices) {
      for (const key of Object.keys(texts)) texts[key] += choice.delta[key] ?? ''
      if (choice.finish_reason !== null) texts['finish_reason'] = choice.finish_reason
    }
  }
  return texts
}

describe('a stream', () => {
  it('is role, deltas, finish, [DONE], to the letter', () => {
    const { frames, end } = run([
      chunk([{ text: 'Let me see', thought: true }]),
      chunk([{ text: 'Hel' }]),
      chunk([{ text: 'lo' }, { text: '!' }], 'STOP'),
    ])
    expect(frames).toEqual([
      ROLE + delta('{"reasoning_content":"Let me see"}'),
      text('Hel'),
      text('lo') + text('!'),
    ])
    expect(end).toEqual({ ok: true, frames: delta('{}', '"stop"') + DONE })
  })

  it('ends with usage when asked, as the last JSON and without a choice', () => {
    const usageMetadata = { promptTokenCount: 9, candidatesTokenCount: 5, thoughtsTokenCount: 2 }
    const { end } = run([{ ...chunk([{ text: 'a' }], 'STOP'), usageMetadata }], true)
    expect(end.frames).toBe(
      delta('{}', '"stop"') +
        `data: ${HEAD}],"usage":{"prompt_tokens":9,"completion_tokens":7,"total_tokens":16,` +
        '"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},' +
        '"completion_tokens_details":{"reasoning_tokens":2,"audio_tokens":0,' +
        '"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}}\n\n' +
        DONE,
    )
  })

  it('has no frame without a choice when usage was not asked for', () => {
    const { frames, end } = run([
      { usageMetadata: { promptTokenCount: 1 } },
      chunk([{ text: 'a' }], 'STOP'),
    ])
    expect(frames.join('') + end.frames).not.toContain('"choices":[]')
  })

  it('remembers the last usage, also from a chunk that comes after the finish', () => {
    const { frames, end } = run(
      [
        { ...chunk([{ text: 'a' }]), usageMetadata: { promptTokenCount: 1 } },
        chunk([], 'STOP'),
        { usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 2 } },
        {},
      ],
      true,
    )
    expect(frames.slice(1)).toEqual(['', '', ''])
    expect(end.frames).toContain('"prompt_tokens":1,"completion_tokens":2,"total_tokens":3')
  })

  it.each<[string, GenerateContentResponse]>([
    ['an empty text', chunk([{ text: '' }])],
    ['a signature alone', chunk([{ text: '', thoughtSignature: 'c2ln' }])],
    ['no parts', { candidates: [{ content: { role: 'model' } }] }],
    ['no content', { candidates: [{ finishReason: 'STOP' }] }],
    ['no candidate', { candidates: [] }],
    ['metadata', { modelVersion: 'm', responseId: 'r' }],
  ])('writes nothing, not even the role, for %s', (_, response) => {
    expect(new ChatStream(CONTEXT, { ...PLAIN, includeUsage: true }).encode(response)).toBe('')
  })

  it.each<[string, string, string]>([
    ['quotes and newlines', 'a "b"\n\\', String.raw`"a \"b\"\n\\"`],
    ['line separators that end a line for old parsers', '\u2028\u2029', String.raw`"\u2028\u2029"`],
    ['half a surrogate pair as no character', '\ud83da', '"\ufffda"'],
    ['emoji', '👍🏽', '"👍🏽"'],
    ['the end of a frame', '"}}]}\n\ndata: [DONE]\n\n', String.raw`"\"}}]}\n\ndata: [DONE]\n\n"`],
  ])('escapes %s', (_, value, json) => {
    const { frames } = run([chunk([{ text: value }], 'STOP')])
    expect(frames.join('')).toBe(ROLE + delta(`{"content":${json}}`))
  })

  it('escapes the model it echoes', () => {
    const stream = new ChatStream({ ...CONTEXT, model: 'a"\n' }, PLAIN)
    expect(stream.encode(chunk([{ text: 'x' }]))).toContain(String.raw`"model":"a\"\n","choices"`)
  })

  it.each<[string, GenerateContentResponse, string]>([
    ['MAX_TOKENS', chunk([{ text: 'a' }], 'MAX_TOKENS'), 'length'],
    ['SAFETY', chunk([{ text: 'a' }], 'SAFETY'), 'content_filter'],
    ['an unknown reason', chunk([{ text: 'a' }], 'NEW_REASON'), 'stop'],
  ])('finishes on %s', (_, response, finish) => {
    const { end } = run([response])
    expect(end).toEqual({ ok: true, frames: delta('{}', `"${finish}"`) + DONE })
  })

  it('tells of a blocked prompt in a refusal', () => {
    const { frames, end } = run([{ promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } }])
    expect(frames).toEqual([''])
    expect(end).toEqual({
      ok: true,
      frames:
        ROLE +
        delta('{"refusal":"The prompt was blocked by Google (PROHIBITED_CONTENT)."}') +
        delta('{}', '"content_filter"') +
        DONE,
    })
  })

  it.each<[string, GenerateContentResponse[], string, string]>([
    [
      'Google breaks off after some text',
      [chunk([{ text: 'a' }])],
      'upstream_truncated',
      'upstream_truncated',
    ],
    ['Google sends nothing at all', [], 'upstream_truncated', 'upstream_truncated'],
    ['Google ends without content', [chunk([], 'OTHER')], 'upstream_error', 'upstream_error'],
    [
      'Google calls a function nobody offered',
      [chunk([{ functionCall: { name: 'f' } }], 'STOP')],
      'upstream_error',
      'upstream_error',
    ],
  ])('ends in an error and no finish when %s', (_, responses, reason, code) => {
    const { end } = run(responses, true)
    expect(end).toMatchObject({ ok: false, failure: { reason } })
    expect(end.frames).toMatch(
      /^event: error\ndata: \{"error":\{"message":"[^"]+","type":"server_error",/,
    )
    expect(end.frames.endsWith(`"param":null,"code":"${code}"}}\n\n${DONE}`)).toBe(true)
    expect(end.frames).not.toContain('choices')
  })

  it('tells of a failure in the error frame all SDKs know', () => {
    const stream = new ChatStream(CONTEXT, { ...PLAIN, includeUsage: true })
    stream.encode(chunk([{ text: 'a' }]))
    expect(stream.fail({ reason: 'upstream_overloaded', message: 'Upstream overloaded' })).toBe(
      'event: error\ndata: {"error":{"message":"Upstream overloaded","type":"server_error","param":null,' +
        `"code":"server_is_overloaded"}}\n\n${DONE}`,
    )
  })
})

describe('a stream and a whole answer', () => {
  it.each<[string, Part[], string]>([
    ['text', [{ text: 'Hel' }, { text: 'lo\n' }, { text: ' \u2028 "👍🏽"' }], 'STOP'],
    [
      'thoughts and text',
      [{ text: 'hm ', thought: true }, { text: 'a' }, { text: 'b', thought: true }, { text: 'c' }],
      'STOP',
    ],
    ['thoughts alone', [{ text: 'hm', thought: true }], 'MAX_TOKENS'],
    ['nothing', [], 'STOP'],
    ['nothing, filtered', [], 'SAFETY'],
    ['text, filtered', [{ text: 'a' }], 'SAFETY'],
  ])('say the same: %s', (_, parts, finishReason) => {
    const { frames, end } = run([...parts.map((part) => chunk([part])), chunk([], finishReason)])
    const whole = toChatCompletion(chunk(parts, finishReason), CONTEXT, PLAIN)
    const choice = whole.ok ? whole.completion.choices[0] : undefined
    expect(collect(frames.join('') + end.frames)).toEqual({
      content: choice?.message.content ?? '',
      reasoning_content: choice?.message.reasoning_content ?? '',
      refusal: choice?.message.refusal ?? '',
      finish_reason: choice?.finish_reason,
    })
  })
})
