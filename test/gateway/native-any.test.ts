/** Whatever a client sends to the routes of Google's own API, no answer blames Pollux, and each has Google's form. */
import * as fc from 'fast-check'
import { afterEach, expect, it, vi } from 'vitest'
import { anyBody, written } from '../dialects/support/any-body.ts'
import { fetchPollux, givenUser, google, MODEL, settledStats } from '../support/pollux.ts'

const RUNS = 60

afterEach(() => {
  vi.restoreAllMocks()
})
const contents = [{ role: 'user', parts: [{ text: 'Hello' }] }]
const GENERATE = {
  contents,
  systemInstruction: { parts: [{ text: 'Be short' }] },
  generation_config: { temperature: 1, maxOutputTokens: 20, thinkingConfig: { thinkingBudget: 0 } },
  safety_settings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'OFF' }],
  tools: [{ function_declarations: [{ name: 'f', parameters: { type: 'object' } }] }],
  cachedContent: 'cachedContents/none',
  continuationToken: 'none',
}
const EMBED = { content: { parts: [{ text: 'a' }] }, outputDimensionality: 100 }
const INPUT = { requests: { requests: [{ request: { contents } }] } }
const of = (method: string, model = MODEL): string => `/v1beta/models/${model}:${method}`
const EMBEDDING = 'gemini-embedding-001'

const ROUTES: readonly (readonly [string, string, object])[] = [
  ['POST', of('generateContent'), GENERATE],
  ['POST', `${of('streamGenerateContent')}?alt=sse`, GENERATE],
  ['POST', of('streamGenerateContent'), GENERATE],
  ['POST', of('countTokens'), { contents, generateContentRequest: { model: MODEL, contents } }],
  ['POST', of('embedContent', EMBEDDING), EMBED],
  [
    'POST',
    of('batchEmbedContents', EMBEDDING),
    { requests: [{ model: `models/${EMBEDDING}`, ...EMBED }] },
  ],
  ['POST', of('batchGenerateContent'), { batch: { displayName: 'b', inputConfig: INPUT } }],
  ['POST', of('asyncBatchEmbedContent', EMBEDDING), { batch: { inputConfig: INPUT } }],
  ['POST', '/v1beta/cachedContents', { contents, ttl: '300s', displayName: 'c' }],
  ['PATCH', '/v1beta/cachedContents/none', { ttl: '300s' }],
  ['POST', '/v1beta/interactions', { input: 'Hello', stream: false, store: true, tools: [] }],
  ['POST', '/v1beta/interactions/none/cancel', { a: 1 }],
  ['POST', '/v1beta/batches/none:cancel', { a: 1 }],
  [
    'POST',
    '/upload/v1beta/files',
    { file: { mimeType: 'text/plain', name: 'files/a', displayName: 'a' } },
  ],
]

it.each(ROUTES)(
  'any body on %s %s is answered, or refused in Google’s form',
  async (method, path, sound) => {
    const user = await givenUser()
    const outcomes = new Set<number>()
    await fc.assert(
      fc.asyncProperty(anyBody([MODEL, `models/${MODEL}`], [sound]), async (body) => {
        const answer = await fetchPollux(path, {
          method,
          headers: {
            'x-goog-api-key': user.key,
            'x-goog-upload-protocol': 'resumable',
            'x-goog-upload-command': 'start',
          },
          body: written(body),
        })
        outcomes.add(answer.status)
        const text = await answer.text()
        if (answer.status === 200) return true
        const { error } = JSON.parse(text) as {
          error?: { code: number; message: string; status: string }
        }
        return (
          answer.status < 500 &&
          error?.code === answer.status &&
          error.message !== '' &&
          /^[A-Z_]+$/.test(error.status)
        )
      }),
      { numRuns: RUNS },
    )
    expect([...outcomes].every((status) => status < 500)).toBe(true)
    expect(await settledStats(user)).toMatchObject({
      ledger: { holds: true },
      ring: { credentials: [{ state: 'active' }] },
    })
  },
  60_000,
)

it.each([
  ['generates', of('generateContent'), 200],
  ['is refused by Google', of('generateContent', 'gemini-none'), 404],
  ['has no such route', '/v1beta/nothing', 404],
  ['has the version twice', '/v1beta/v1beta/models', 404],
  ['is not served', '/v1beta/tunedModels', 501],
  ['has the wrong method', '/v1beta/cachedContents/a', 405],
  ['begins an upload', '/upload/v1beta/files', 200],
  ['makes an interaction', '/v1beta/interactions', 200],
] as const)(
  'a key in the address is in no line of the log where a request %s',
  async (_, path, status) => {
    const user = await givenUser()
    const lines: unknown[] = []
    for (const level of ['log', 'error', 'warn', 'info', 'debug'] as const) {
      vi.spyOn(console, level).mockImplementation((...args: unknown[]) => void lines.push(...args))
    }
    const answer = await fetchPollux(`${path}?key=${user.key}`, {
      method: 'POST',
      headers: { 'x-goog-upload-protocol': 'resumable', 'x-goog-upload-command': 'start' },
      body: JSON.stringify(
        path.includes('interactions')
          ? { model: MODEL, input: 'a' }
          : { ...(path.includes('models/') && { contents }) },
      ),
    })
    const headers = JSON.stringify([...answer.headers])
    expect([answer.status, headers + (await answer.text())]).toEqual([
      status,
      expect.not.stringContaining(user.key),
    ])
    await settledStats(user)
    expect(lines.length).toBeGreaterThan(0)
    expect(JSON.stringify(lines)).not.toContain(user.key)
    const calls = await google.calls({ credential: user.credentials[0]?.handle ?? '' })
    expect(JSON.stringify(calls)).not.toContain(user.key)
  },
)
