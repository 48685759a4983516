/** What belongs to one credential, as it is asked for in every dialect; and what becomes of it. */
import { env } from 'cloudflare:workers'
import { describe, expect, it, vi } from 'vitest'
import { native } from '../support/native.ts'
import {
  admin,
  chat,
  fetchPollux,
  givenUser,
  google,
  MODEL,
  post,
  settledStats,
} from '../support/pollux.ts'
import { about, ask, begun, type File, send, turn, uploaded } from '../support/things.ts'

const idOf = ({ name }: File): string => name.replace('files/', '')

/** The same question about files by their ids, and where each stands in it. */
const DIALECTS = [
  [
    'chat',
    '/v1/chat/completions',
    (ids: readonly string[]) => ({
      model: MODEL,
      messages: [
        {
          role: 'user',
          content: ids.map((file_id) => ({ type: 'file', file: { file_id } })),
        },
      ],
    }),
    (index: number) => `messages[0].content[${index}].file.file_id`,
  ],
  [
    'Responses',
    '/v1/responses',
    (ids: readonly string[]) => ({
      model: MODEL,
      input: [{ role: 'user', content: ids.map((file_id) => ({ type: 'input_file', file_id })) }],
    }),
    (index: number) => `input[0].content[${index}].file_id`,
  ],
  [
    'Messages',
    '/v1/messages',
    (ids: readonly string[]) => ({
      model: MODEL,
      max_tokens: 100,
      messages: [
        {
          role: 'user',
          content: ids.map((file_id) => ({ type: 'document', source: { type: 'file', file_id } })),
        },
      ],
    }),
    (index: number) => `messages.0.content.${index}.source.file_id`,
  ],
] as const

describe('files of two credentials', () => {
  it.each(DIALECTS)('in one request are refused, naming both: %s', async (_, path, bodyOf, at) => {
    const user = await givenUser(['api_key', 'api_key'])
    const one = await uploaded(user)
    await turn(user)
    const other = await uploaded(user)
    for (const stream of [false, true]) {
      const answer = await post(path, user.key, { ...bodyOf([one, other].map(idOf)), stream })
      expect(answer.status).toBe(400)
      const text = await answer.text()
      expect(text).toContain(at(0))
      expect(text).toContain(at(1))
    }
    const calls = await Promise.all(
      user.credentials.map(({ handle }) => google.calls({ credential: handle })),
    )
    expect(calls.flat().filter(({ method }) => /generate/i.test(method))).toEqual([])
    expect((await settledStats(user)).ledger.holds).toBe(true)
  })

  it('of which one made a cache are refused, naming both', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const contents = [{ role: 'user', parts: [{ text: 'word '.repeat(5000) }] }]
    const made = await ask(user, 'POST', '/v1beta/cachedContents', {
      model: `models/${MODEL}`,
      contents,
    })
    const { name } = await made.json<{ name: string }>()
    await turn(user)
    const file = await uploaded(user)
    const answer = await native(user.key, { ...about(file), cachedContent: name })
    expect(answer.status).toBe(400)
    const text = await answer.text()
    expect(text).toContain('cachedContent')
    expect(text).toContain('fileData.fileUri')
  })
})

describe('several choices about a file', () => {
  const body = (file: File) => ({
    n: 2,
    messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: idOf(file) } }] }],
  })

  it('are answered by its credential', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const file = await uploaded(user)
    await turn(user)
    const answer = await chat(user.key, body(file))
    expect((await answer.json<{ choices: unknown[] }>()).choices).toHaveLength(2)
    const { ring } = await settledStats(user)
    expect(ring.credentials.map(({ attempts }) => attempts.ok)).toEqual([2, 0])
  })

  it('are answered by the next one, with a copy, where that is out of quota', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const file = await uploaded(user)
    const credential = user.credentials[0]?.handle ?? ''
    await google.script({ credential, times: 2, reply: { error: 'gemini_429_minute' } })
    const answer = await chat(user.key, body(file))
    expect(answer.status).toBe(200)
    expect((await answer.json<{ choices: unknown[] }>()).choices).toHaveLength(2)
    expect(answer.headers.get('x-pollux-copied-files')).toBe(idOf(file))
    const stats = await settledStats(user)
    expect(stats.ring.credentials[1]?.attempts.ok).toBe(2)
    expect(stats.ledger.holds).toBe(true)
    expect(stats.requests).toMatchObject({ total: 2, ok: 2 })
  })
})

describe('a request about a file whose credential is out of quota counts once', () => {
  const outOfQuota = (credential: string | undefined) =>
    google.script({ credential: credential ?? '', times: 9, reply: { error: 'gemini_429_day' } })

  it('where a copy is read, both after an attempt with the owner and without one', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const file = await uploaded(user)
    await outOfQuota(user.credentials[0]?.handle)
    for (const total of [1, 2]) {
      expect((await native(user.key, about(file))).status).toBe(200)
      const stats = await settledStats(user)
      expect(stats.requests).toMatchObject({ total, ok: total })
      expect(stats.ledger).toMatchObject({ granted: total + 1, holds: true })
    }
  })

  it('where there is no copy', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const file = await uploaded(user)
    await vi.waitFor(async () =>
      expect(await env.FILES.getByName(user.userId).find([idOf(file)])).toHaveLength(1),
    )
    await env.FILES.getByName(user.userId).remove(idOf(file))
    await outOfQuota(user.credentials[0]?.handle)
    expect((await native(user.key, about(file))).status).toBe(429)
    const first = await settledStats(user)
    expect(first.requests).toMatchObject({ total: 1, failed: 1 })
    expect((await native(user.key, about(file))).status).toBe(429)
    const second = await settledStats(user)
    expect(second.requests).toMatchObject({ total: 2, failed: 1, refused: 1 })
  })

  it('where nobody else can read the copy', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const file = await uploaded(user)
    for (const { handle } of user.credentials) await outOfQuota(handle)
    expect((await native(user.key, about(file))).status).toBe(429)
    const first = await settledStats(user)
    expect(first.requests).toMatchObject({ total: 1, failed: 1 })
    expect((await native(user.key, about(file))).status).toBe(429)
    const second = await settledStats(user)
    expect(second.requests).toMatchObject({ total: 2, failed: 1, refused: 1 })
  })
})

describe('a file that Google still looks through', () => {
  const VIDEO = { type: 'video/mp4' }

  it('is told as such, asks for no other credential, and can be read later', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const file = await uploaded(user, {}, VIDEO)
    const answer = await native(user.key, about(file))
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('ACTIVE')
    const authorization = `Bearer ${user.key}`
    const path = `/v1/files/file-${idOf(file)}`
    const list = await fetchPollux('/v1/files', { headers: { authorization } })
    expect(await list.json()).toMatchObject({ data: [{ status: 'uploaded' }] })
    // The question moves it on.
    await (await fetchPollux(path, { headers: { authorization } })).text()
    const later = await fetchPollux(path, { headers: { authorization } })
    expect(await later.json()).toMatchObject({ status: 'processed' })
    expect((await native(user.key, about(file))).status).toBe(200)
    const { ring } = await settledStats(user)
    expect(ring.credentials[1]?.attempts.granted).toBe(0)
  })

  it('is waited for where it was copied', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const file = await uploaded(user, {}, VIDEO)
    await (await ask(user, 'GET', `/v1beta/${file.name}`)).text()
    const credential = user.credentials[0]?.handle ?? ''
    await google.script({ credential, reply: { error: 'gemini_429_minute' } })
    const answer = await native(user.key, about(file))
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-pollux-credential')).toBe(user.credentials[1]?.id)
    await answer.text()
    await settledStats(user)
  })
})

describe('what belongs to a credential', () => {
  it('is out of reach with it, in every dialect', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const file = await uploaded(user)
    const url = (await begun(user)).headers.get('x-goog-upload-url') ?? ''
    const gone = user.credentials[0]?.id ?? ''
    expect((await admin('DELETE', `users/${user.userId}/credentials/${gone}`)).status).toBe(200)
    expect((await native(user.key, about(file))).status).toBe(400)
    for (const [, path, bodyOf, at] of DIALECTS) {
      const answer = await post(path, user.key, bodyOf([idOf(file)]))
      expect(answer.status).toBe(400)
      expect(await answer.text()).toContain(at(0))
    }
    expect((await send(url, 'upload, finalize', 'x')).status).toBeGreaterThanOrEqual(400)
    const calls = await google.calls({ credential: user.credentials[1]?.handle ?? '' })
    expect(calls.filter(({ method }) => /generate|upload/i.test(method))).toEqual([])
  })

  it('is gone with its user, and the copies with it', async () => {
    const user = await givenUser()
    const file = await uploaded(user)
    const url = (await begun(user)).headers.get('x-goog-upload-url') ?? ''
    const files = env.FILES.getByName(user.userId)
    await vi.waitFor(async () => expect(await files.find([idOf(file)])).toHaveLength(1))
    expect((await admin('DELETE', `users/${user.userId}`)).status).toBe(200)
    expect(await files.find([idOf(file)])).toBeNull()
    expect((await ask(user, 'GET', `/v1beta/${file.name}`)).status).toBe(401)
    expect((await send(url, 'upload, finalize', 'x')).status).toBe(401)
    expect(await files.put('late', { start: 0, bytes: 1, sealed: new Uint8Array(1) })).toBe(false)
  })
})
