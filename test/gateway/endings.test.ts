/**
 * Endings of Google's that end nothing, and counts that shrink. Tested on each upstream, streamed and whole, with one
 * choice and with two.
 */
import { describe, expect, it } from 'vitest'
import {
  callsOf,
  chat,
  givenUser,
  google,
  post,
  settledStats,
  textOf,
  type User,
} from '../support/pollux.ts'

const KINDS = ['api_key', 'authorized_user', 'service_account'] as const
const WAYS = [{}, { stream: true }, { n: 2 }, { n: 2, stream: true }]
/** Served by all three upstreams. */
const MODEL = 'gemini-3.1-pro-preview'
const USAGE = { stream_options: { include_usage: true } }

function handleOf(user: User): string {
  return user.credentials[0]?.handle ?? ''
}

function script(user: User, reply: object, times = 0): Promise<number> {
  return google.script({ credential: handleOf(user), times, reply })
}

function respond(user: User, how: object, path = '/v1/responses'): Promise<Response> {
  return post(path, user.key, { model: MODEL, input: 'Go on.', ...how })
}

function event(parts: object[], rest: object = {}, usageMetadata?: object): object {
  return { candidates: [{ content: { role: 'model', parts }, ...rest }], usageMetadata }
}

const STOP = { finishReason: 'STOP' }
const THOUGHTS = [{ text: 'Hm.', thought: true }]
const SAID = [{ text: 'Yes.' }]
const THOUGHT = event(THOUGHTS)
const SILENT = [THOUGHT, event([], { finishReason: 'STOP' }, { promptTokenCount: 5 })]
const ANSWER = [
  THOUGHT,
  event(
    [{ text: 'Yes.' }],
    { finishReason: 'STOP' },
    { promptTokenCount: 5, candidatesTokenCount: 2 },
  ),
]

describe.each(KINDS)('with %s', (kind) => {
  it.each(WAYS)('a spoilt call after some text is an error: %o', async (how) => {
    const user = await givenUser([kind])
    await script(user, { text: 'Let me', finishReason: 'MALFORMED_FUNCTION_CALL' })
    const answer = await chat(user.key, { model: MODEL, ...how })
    const text = await answer.text()
    expect(answer.status).toBe('stream' in how ? 200 : 502)
    expect(text).toContain('"code":"upstream_error"')
    expect(text).not.toContain('"finish_reason":"stop"')
    expect(text.includes('event: error\ndata: {"error":')).toBe('stream' in how)
    expect((await settledStats(user)).ledger.holds).toBe(true)
  })

  it.each(WAYS)('counts do not shrink with the last event: %o', async (how) => {
    const user = await givenUser([kind])
    const rich = { promptTokenCount: 9, candidatesTokenCount: 4, thoughtsTokenCount: 3 }
    const chunks = [
      event([{ text: 'Hi' }], {}, rich),
      event([], { finishReason: 'STOP' }, { promptTokenCount: 9, totalTokenCount: 9 }),
    ]
    // A whole answer is one event, so nothing in it can shrink.
    const reply =
      'stream' in how
        ? { chunks }
        : { chunks: [event([{ text: 'Hi' }], { finishReason: 'STOP' }, rich)] }
    await script(user, reply)
    const answer = await chat(user.key, { model: MODEL, ...USAGE, ...how })
    const [completion, reasoning] = 'n' in how ? [14, 6] : [7, 3]
    const text = await answer.text()
    expect(text).toContain(`"completion_tokens":${completion},`)
    expect(text).toContain(`"reasoning_tokens":${reasoning},`)
  })

  it.each([{ stream: true }, { n: 2, stream: true }, {}, { n: 2 }])(
    'thoughts and then nothing are asked for once more: %o',
    async (how) => {
      const user = await givenUser([kind])
      const choices = 'n' in how ? 2 : 1
      // A whole answer is one event.
      const [silent, answered] =
        'stream' in how ? [SILENT, ANSWER] : [[event(THOUGHTS, STOP)], [event(SAID, STOP)]]
      await script(user, { chunks: silent, chunkDelayMs: 30 }, choices)
      await script(user, { chunks: answered, chunkDelayMs: 30 })
      const answer = await chat(user.key, { model: MODEL, ...USAGE, ...how })
      const text = await answer.text()
      expect(answer.status).toBe(200)
      expect(text.match(/Yes\./g)).toHaveLength(choices)
      expect(await callsOf(handleOf(user))).toHaveLength(2 * choices)
      if (!('stream' in how)) return
      expect(textOf(text)).toContain('Yes.')
      expect(text).toContain(`"prompt_tokens":${10 * choices},`)
      expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
      const { ledger } = await settledStats(user)
      expect(ledger.holds).toBe(true)
    },
  )

  it('are an error where there is nothing again', async () => {
    const user = await givenUser([kind])
    await script(user, { chunks: SILENT, chunkDelayMs: 30 })
    const text = await (await chat(user.key, { model: MODEL, stream: true })).text()
    expect(text).toContain(
      'event: error\ndata: {"error":{"message":"The model ended its answer without',
    )
    expect(text).not.toContain('"finish_reason":"stop"')
    expect(await callsOf(handleOf(user))).toHaveLength(2)
  })

  it.each([{ stream: true }, {}])('are one empty message of Responses there: %o', async (how) => {
    const user = await givenUser([kind])
    const nothing = event([], STOP, { promptTokenCount: 5 })
    await script(user, { chunks: 'stream' in how ? SILENT : [nothing] })
    const answer = await respond(user, how)
    const text = await answer.text()
    expect(answer.status).toBe(200)
    expect(text).toContain('"content":[{"type":"output_text","text":"",')
    expect(text).toContain('"status":"completed"')
    expect(text).not.toContain('"type":"error"')
    expect(await callsOf(handleOf(user))).toHaveLength(2)
    const { ledger, requests } = await settledStats(user)
    expect({ holds: ledger.holds, ok: requests.ok }).toEqual({ holds: true, ok: 1 })
  })

  it('are never a spoilt call that is spoilt again, nor a compaction', async () => {
    const user = await givenUser([kind])
    await script(user, { chunks: [event([], { finishReason: 'MALFORMED_FUNCTION_CALL' })] })
    expect((await respond(user, {})).status).toBe(502)
    await google.clearScripts(handleOf(user))
    await script(user, { chunks: [event([], STOP)] })
    expect((await respond(user, {}, '/v1/responses/compact')).status).toBe(502)
  })

  it('may be all where the client gave a stop sequence', async () => {
    const user = await givenUser([kind])
    await script(user, { chunks: SILENT, chunkDelayMs: 30 })
    const text = await (await chat(user.key, { model: MODEL, stream: true, stop: 'x' })).text()
    expect(text).toContain('"finish_reason":"stop"')
    expect(await callsOf(handleOf(user))).toHaveLength(1)
  })
})
