/** Google's answers with values of wrong types. None causes a crash, and the ledger adds up after each. */
import { describe, expect, it } from 'vitest'
import { chat, givenUser, google, post, settledStats, type User } from '../support/pollux.ts'

type Json = Record<string, unknown>

function says(parts: unknown, more: Json = {}): Json {
  return { candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP', ...more }] }
}

const TEXT = [{ text: 'Hi' }]
const ODD: Record<string, Json> = {
  'counts that are null': { ...says(TEXT), usageMetadata: null },
  'counts that are texts': { ...says(TEXT), usageMetadata: { promptTokenCount: '7' } },
  'no candidates': { candidates: null },
  'a candidate that is null': { candidates: [null] },
  'parts that are null': says(null),
  'a text that is a number': says([{ text: 5 }]),
  'a call that is a text': says([{ functionCall: 'f' }]),
  'media that are a number': says([{ inlineData: { mimeType: 7, data: 5 } }]),
  'media without data': says([{ inlineData: { mimeType: 'image/png' } }]),
  'citations that are texts': says(TEXT, { groundingMetadata: { groundingChunks: 'x' } }),
  'log probabilities that are texts': says(TEXT, { logprobsResult: { chosenCandidates: 'x' } }),
  'an end that is a number': says(TEXT, { finishReason: 5 }),
  'a block that is a number': { promptFeedback: { blockReason: 5 } },
}

async function answers(user: User, body: Json): Promise<Response> {
  const { path = '/v1/chat/completions', ...rest } = body
  return typeof path === 'string' && path.endsWith('completions')
    ? chat(user.key, rest)
    : post(String(path), user.key, rest)
}

describe.each(Object.entries(ODD))('%s', (_, chunk) => {
  it.each<Json>([
    {},
    { stream: true, stream_options: { include_usage: true } },
    { n: 2 },
    { web_search_options: {} },
    { n: 2, stream: true, stream_options: { include_usage: true } },
    { path: '/v1/images/generations', model: 'gemini-3.1-flash-image', prompt: 'A cat', n: 2 },
    { path: '/v1/audio/speech', model: 'gemini-3.8-flash-tts', input: 'Hi', voice: 'alloy' },
  ])('is no crash: %o', async (body) => {
    const user = await givenUser()
    const credential = user.credentials[0]?.handle ?? ''
    await google.script({ credential, times: 0, reply: { chunks: [chunk] } })
    const answer = await answers(user, body)
    const text = await answer.text()
    expect(text).not.toContain('internal_error')
    expect(text.endsWith('data: [DONE]\n\n')).toBe(body['stream'] === true && answer.ok)
    expect((await settledStats(user)).ledger.holds).toBe(true)
  })
})
