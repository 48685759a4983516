/** What becomes of Google's answers other than one plain text, from the request to the ledger. */
import { describe, expect, it } from 'vitest'
import type { Reply } from '../../emulator/protocol.ts'
import {
  callsOf,
  chat,
  configure,
  type ErrorBody,
  framesOf,
  givenUser,
  google,
  settledStats,
  textOf,
  type User,
} from '../support/pollux.ts'

interface Choice {
  readonly index: number
  readonly finish_reason: string | null
  readonly message: { readonly content: string | null }
  readonly delta: { readonly role?: string; readonly content?: string }
}

interface Completion {
  readonly choices: readonly Choice[]
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number }
}

function handleOf(user: User, position = 0): string {
  return user.credentials[position]?.handle ?? ''
}

async function script(user: User, ...replies: Reply[]): Promise<void> {
  for (const reply of replies) await google.script({ credential: handleOf(user), reply })
}

async function reached(user: User): Promise<number> {
  return (await callsOf(handleOf(user))).length
}

/** Google notices only a little later that a client has left. */
async function finishedCalls(user: User, count: number): ReturnType<typeof callsOf> {
  for (let waits = 0; ; waits++) {
    const calls = (await callsOf(handleOf(user))).filter(({ finished }) => finished)
    if (calls.length >= count || waits === 100) return calls
    await scheduler.wait(20)
  }
}

function completionsIn(text: string): Completion[] {
  return framesOf(text) as unknown as Completion[]
}

describe("the model's own slips", () => {
  const slips: [string, Reply][] = [
    ['a malformed call', { parts: [], finishReason: 'MALFORMED_FUNCTION_CALL' }],
    ['an unexpected call', { parts: [], finishReason: 'UNEXPECTED_TOOL_CALL' }],
    ['a malformed answer', { parts: [], finishReason: 'MALFORMED_RESPONSE' }],
    ['an empty stop', { text: '' }],
    ['thoughts and no answer', { text: '', thought: 'hm' }],
    ['no candidates', { chunks: [{ usageMetadata: { promptTokenCount: 3 } }] }],
  ]
  it.each(
    slips.flatMap(([name, reply]) => [false, true].map((stream) => ({ name, reply, stream }))),
  )(
    '($name, stream: $stream) are asked for once more, and held against nobody',
    async ({ name, reply, stream }) => {
      // Thoughts that were already streamed cannot be taken back.
      if (stream && name.startsWith('thoughts')) return
      // A stream that only ends was cut off.
      if (stream && name === 'no candidates') return
      const user = await givenUser()
      await script(user, reply)
      const answer = await chat(user.key, { stream })
      expect(answer.status).toBe(200)
      expect(answer.headers.get('x-pollux-attempts')).toBe('2')
      expect(await answer.text()).toContain('said')
      const stats = await settledStats(user)
      const [credential] = stats.ring.credentials
      expect(credential).toMatchObject({ state: 'active', cooldowns: [] })
      expect(credential?.attempts).toMatchObject({ granted: 2, upstream_fault: 1, ok: 1 })
      // Google counted the tokens of both calls.
      expect(credential?.tokens.prompt).toBeGreaterThanOrEqual(6)
    },
  )

  it.each([false, true])('made twice are a clear error (stream: %s)', async (stream) => {
    const user = await givenUser(['api_key', 'api_key'])
    const reply: Reply = { parts: [], finishReason: 'MALFORMED_FUNCTION_CALL' }
    await script(user, reply, reply)
    const answer = await chat(user.key, { stream })
    expect(answer.status).toBe(502)
    const { error } = await answer.json<ErrorBody>()
    expect(error).toMatchObject({ type: 'server_error', code: 'upstream_error' })
    expect(error.message).toContain('function call that Google could not read')
    expect(await callsOf(handleOf(user, 1))).toEqual([])
    expect((await settledStats(user)).ring.credentials[0]?.attempts).toMatchObject({
      granted: 2,
      upstream_fault: 2,
    })
  })

  it('are none where a stop sequence may have come first', async () => {
    const user = await givenUser()
    await script(user, { text: '' })
    const answer = await chat(user.key, { stop: ['x'] })
    expect(await answer.json<Completion>()).toMatchObject({
      choices: [{ finish_reason: 'stop', message: { content: '' } }],
    })
    expect(await reached(user)).toBe(1)
  })
})

describe('n choices', () => {
  it('are n journeys whose answers come in order, with their use summed', async () => {
    const user = await givenUser()
    const single = await (await chat(user.key)).json<Completion>()
    await script(user, { text: 'one' }, { text: 'one' }, { text: 'one' })
    const answer = await chat(user.key, { n: 3 })
    expect(answer.headers.get('x-pollux-attempts')).toBe('3')
    const { choices, usage } = await answer.json<Completion>()
    expect(choices).toMatchObject([0, 1, 2].map((index) => ({ index, finish_reason: 'stop' })))
    expect(choices.map(({ message }) => message.content)).toEqual(['one', 'one', 'one'])
    expect(usage?.prompt_tokens).toBe(3 * (single.usage?.prompt_tokens ?? 0))
    const stats = await settledStats(user)
    expect(stats.requests).toMatchObject({ total: 4, ok: 4 })
    expect(stats.ledger).toMatchObject({ granted: 4, settled: 4 })
  })

  it('stream with a role and a finish of their own, and one end', async () => {
    const user = await givenUser()
    await google.script({
      credential: handleOf(user),
      times: 0,
      reply: {
        text: 'one two three',
        chunkDelayMs: 5,
        usage: { candidatesTokenCount: 3, thoughtsTokenCount: 1 },
      },
    })
    const options = { stream: true, n: 3, stream_options: { include_usage: true } }
    const text = await (await chat(user.key, options)).text()
    const frames = completionsIn(text)
    expect(frames.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 12 } })
    expect(text.match(/\[DONE\]/g)).toHaveLength(1)
    for (const index of [0, 1, 2]) {
      const own = frames.flatMap(({ choices }) => choices.filter((one) => one.index === index))
      expect(own[0]?.delta.role).toBe('assistant')
      expect(own.map(({ delta }) => delta.content ?? '').join('')).toBe('one two three')
      expect(own.flatMap(({ finish_reason }) => finish_reason ?? [])).toEqual(['stop'])
    }
    expect((await settledStats(user)).requests).toMatchObject({ total: 3, ok: 3 })
  })

  it.each([false, true])('are all or none (stream: %s)', async (stream) => {
    const user = await givenUser()
    await script(user, { error: '400_generic', delayMs: 100 })
    await google.script({
      credential: handleOf(user),
      times: 0,
      reply: { hangBeforeHeaders: true },
    })
    const answer = await chat(user.key, { n: 3, stream })
    expect(answer.status).toBe(400)
    const stats = await settledStats(user)
    expect(stats.requests).toMatchObject({ total: 3, ok: 0, failed: 1, cancelled: 2 })
    expect((await finishedCalls(user, 3)).filter(({ aborted }) => aborted)).toHaveLength(2)
  })

  it('end in one error where one of them breaks off, and nothing follows it', async () => {
    const user = await givenUser()
    await script(user, { text: 'one two', breakOffAfter: 1 })
    await google.script({
      credential: handleOf(user),
      times: 0,
      reply: { text: 'word '.repeat(100), chunkDelayMs: 20 },
    })
    const text = await (await chat(user.key, { n: 3, stream: true })).text()
    expect(framesOf(text).at(-1)).toMatchObject({ error: { code: 'upstream_truncated' } })
    expect(text).not.toContain('"finish_reason":"stop"')
    expect(text.match(/\[DONE\]/g)).toHaveLength(1)
    expect((await settledStats(user)).requests).toMatchObject({ failed: 1, cancelled: 2 })
  })

  it('stop together when the client leaves', async () => {
    const user = await givenUser()
    await google.script({
      credential: handleOf(user),
      times: 0,
      reply: { text: 'word '.repeat(500), chunkDelayMs: 20 },
    })
    const answer = await chat(user.key, { n: 3, stream: true })
    const reader = answer.body?.getReader()
    await reader?.read()
    await reader?.cancel()
    expect((await settledStats(user)).requests).toMatchObject({ total: 3, cancelled: 3 })
    for (const { aborted } of await finishedCalls(user, 3)) expect(aborted).toBe(true)
  })

  it('count against the limits, each of them', async () => {
    const user = await givenUser()
    await configure(user, { limits: { requests_per_day: 2 } })
    const answer = await chat(user.key, { n: 3 })
    expect(answer.status).toBe(429)
    expect(await reached(user)).toBeLessThanOrEqual(2)
    expect((await settledStats(user)).requests.total).toBeLessThanOrEqual(3)
  })
})

describe('an answer of Gemini 4 that is longer than one call may give', () => {
  const model = 'gemini-4-argon'
  const part = (text: string, continuationToken?: string): Reply => ({
    text,
    usage: { promptTokenCount: 10, candidatesTokenCount: 5, thoughtsTokenCount: 1 },
    ...(continuationToken !== undefined && { finishReason: 'CONTINUATION', continuationToken }),
  })

  it.each([false, true])('is fetched to its end as one answer (stream: %s)', async (stream) => {
    const user = await givenUser()
    await script(user, part('one ', 'dG9rLTE='), part('two ', 'dG9rLTI='), part('three'))
    const options = { model, stream, stream_options: { include_usage: true } }
    const answer = await chat(user.key, options)
    const text = await answer.text()
    const told = stream ? completionsIn(text) : [JSON.parse(text) as Completion]
    expect(stream ? textOf(text) : told[0]?.choices[0]?.message.content).toBe('one two three')
    expect(told.at(-1)?.usage).toMatchObject({ prompt_tokens: 30, completion_tokens: 18 })
    const finishes = told.flatMap(({ choices }) => choices.map((choice) => choice.finish_reason))
    expect(finishes.filter((finish) => finish !== null)).toEqual(['stop'])
    const bodies = (await callsOf(handleOf(user))).map(
      ({ body }) => body as Record<string, unknown>,
    )
    expect(bodies.map(({ continuationToken }) => continuationToken)).toEqual([
      undefined,
      'dG9rLTE=',
      'dG9rLTI=',
    ])
    for (const body of bodies) expect(body['contents']).toEqual(bodies[0]?.['contents'])
    const stats = await settledStats(user)
    expect(stats.ledger).toMatchObject({ granted: 1, settled: 1 })
    expect(stats.ring.credentials[0]?.tokens).toMatchObject({
      prompt: 30,
      output: 15,
      reasoning: 3,
    })
  })

  it.each([false, true])('ends as too long after a bound of calls (stream: %s)', async (stream) => {
    const user = await givenUser()
    await google.script({ credential: handleOf(user), times: 0, reply: part('x', 'dG9r') })
    const text = await (await chat(user.key, { model, stream })).text()
    expect(text).toContain('"finish_reason":"length"')
    expect(await reached(user)).toBe(8)
  })

  it('ends in an error where the rest cannot be fetched, streamed', async () => {
    const user = await givenUser()
    await script(user, part('one ', 'dG9r'), { error: '503_overloaded' })
    const text = await (await chat(user.key, { model, stream: true })).text()
    expect(textOf(text)).toBe('one ')
    expect(framesOf(text).at(-1)).toMatchObject({ error: { code: 'server_is_overloaded' } })
    const stats = await settledStats(user)
    expect(stats.ring.credentials[0]?.attempts).toMatchObject({ granted: 1, upstream_fault: 1 })
  })

  it('is asked for anew, with another credential, where it was not streamed', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    await script(user, part('one ', 'dG9r'), { error: '503_overloaded' })
    const answer = await (await chat(user.key, { model })).json<Completion>()
    expect(answer.choices[0]?.message.content).toContain('Hello there')
  })
})

describe('a stream of which nothing can be said for long', () => {
  // STREAM_SILENCE_MS is 2500 in these tests, ANSWER_TIMEOUT_MS 2000.
  async function silentUser(then: Reply): Promise<User> {
    const user = await givenUser(['api_key', 'api_key'])
    await script(user, { hangBeforeHeaders: true })
    await google.script({ credential: handleOf(user, 1), reply: then })
    return user
  }

  it('begins with comments, while the ring turns behind them', async () => {
    const user = await silentUser({ text: 'At last.', delayMs: 1200 })
    const answer = await chat(user.key, { stream: true })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(answer.headers.get('x-pollux-attempts')).toBeNull()
    const text = await answer.text()
    expect(text.startsWith(': keep-alive\n\ndata: {')).toBe(true)
    expect(textOf(text)).toBe('At last.')
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
    expect((await settledStats(user)).requests).toMatchObject({ total: 1, ok: 1 })
  })

  it('tells in the stream what fails from then on', async () => {
    const user = await silentUser({ error: '400_generic', delayMs: 1200 })
    const answer = await chat(user.key, { stream: true })
    expect(answer.status).toBe(200)
    const text = await answer.text()
    expect(framesOf(text)).toMatchObject([{ error: { type: 'invalid_request_error' } }])
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
    expect((await settledStats(user)).requests).toMatchObject({ total: 1, failed: 1 })
  })

  it('stops the upstream call when the client leaves in the silence', async () => {
    const user = await silentUser({ hangBeforeHeaders: true })
    const answer = await chat(user.key, { stream: true })
    const reader = answer.body?.getReader()
    await reader?.read()
    await reader?.cancel()
    const handle = handleOf(user, 1)
    const left = await google.waitForCall((call) => call.credential === handle && call.finished)
    expect(left.aborted).toBe(true)
    expect((await settledStats(user)).requests).toMatchObject({ total: 1, cancelled: 1 })
  })
})

describe('what comes beside the text', () => {
  interface Message {
    readonly content: string | null
    readonly annotations?: readonly object[]
    readonly images?: readonly object[]
    readonly audio?: { readonly data: string; readonly transcript: string }
  }

  /** The message. That of a stream is put together from its deltas. */
  async function answered(user: User, stream: boolean, fields: object = {}): Promise<Message> {
    const text = await (await chat(user.key, { stream, ...fields })).text()
    if (!stream) return (JSON.parse(text) as Completion).choices[0]?.message as Message
    const deltas = completionsIn(text).flatMap(({ choices }) => choices.map(({ delta }) => delta))
    return Object.assign({}, ...deltas, { content: textOf(text) }) as Message
  }

  it.each([false, true])('citations of words behind an emoji (stream: %s)', async (stream) => {
    const user = await givenUser()
    await script(user, {
      text: '🎉 Rome is old. Oslo is not.',
      candidate: {
        groundingMetadata: {
          webSearchQueries: ['rome'],
          groundingChunks: [{ web: { uri: 'https://example.org/rome', title: 'Rome' } }],
          groundingSupports: [
            {
              segment: { startIndex: 5, endIndex: 17, text: 'Rome is old.' },
              groundingChunkIndices: [0],
            },
          ],
        },
      },
    })
    const search = { web_search_options: {} }
    const { content, annotations } = await answered(user, stream, search)
    const url_citation = {
      start_index: 3,
      end_index: 15,
      url: 'https://example.org/rome',
      title: 'Rome',
    }
    expect(annotations).toEqual([{ type: 'url_citation', url_citation }])
    expect(content?.slice(3, 15)).toBe('Rome is old.')
  })

  it.each([false, true])('a picture (stream: %s)', async (stream) => {
    const user = await givenUser()
    await script(user, {
      parts: [{ text: 'Here.' }, { inlineData: { mimeType: 'image/png', data: 'QUJD' } }],
    })
    expect(await answered(user, stream)).toMatchObject({
      content: 'Here.',
      images: [{ type: 'image_url', index: 0, image_url: { url: 'data:image/png;base64,QUJD' } }],
    })
  })

  it.each([false, true])('speech as a file that plays (stream: %s)', async (stream) => {
    const user = await givenUser()
    const mimeType = 'audio/L16;codec=pcm;rate=24000'
    await script(user, {
      parts: [
        { inlineData: { mimeType, data: 'AAECAw==' } },
        { inlineData: { mimeType, data: 'BAU=' } },
        { inlineData: { mimeType, data: 'no base64!' } },
      ],
    })
    const { audio } = await answered(user, stream)
    const wav = Uint8Array.fromBase64(audio?.data ?? '')
    const view = new DataView(wav.buffer)
    const ascii = (from: number, to: number): string =>
      new TextDecoder().decode(wav.subarray(from, to))
    expect([ascii(0, 4), ascii(8, 16), ascii(36, 40)]).toEqual(['RIFF', 'WAVEfmt ', 'data'])
    expect([view.getUint32(4, true), view.getUint32(40, true)]).toEqual([wav.length - 8, 6])
    expect([view.getUint16(22, true), view.getUint32(24, true)]).toEqual([1, 24_000])
    expect([...wav.subarray(44)]).toEqual([0, 1, 2, 3, 4, 5])
  })
})
