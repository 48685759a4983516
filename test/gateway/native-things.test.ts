/** Files, caches, batches and interactions stay with the credential that knows them. */
import { env } from 'cloudflare:test'
import { describe, expect, it, vi } from 'vitest'
import {
  admin,
  chat,
  configure,
  fetchPollux,
  givenUser,
  google,
  MODEL,
  settledStats,
} from '../support/pollux.ts'
import { about, ask, begun, type File, send, sharing, turn, uploaded } from '../support/things.ts'
import { eventsOf, native, type NativeResponse, nativeStream, wordsOf } from '../support/native.ts'

describe('an upload', () => {
  it('goes through an address of Pollux that needs no key, piece by piece', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const answer = await begun(user)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-goog-upload-status')).toBe('active')
    const url = answer.headers.get('x-goog-upload-url') ?? ''
    expect(new URL(url).origin).toBe('http://pollux.test')
    expect(url).not.toContain(user.key)
    const piece = 'x'.repeat(262_144)
    const first = await send(url, 'upload', piece)
    expect(first.headers.get('x-goog-upload-status')).toBe('active')
    const query = await send(url, 'query')
    expect(query.headers.get('x-goog-upload-size-received')).toBe('262144')
    const last = await send(url, 'upload, finalize', 'end', 262_144)
    expect(last.headers.get('x-goog-upload-status')).toBe('final')
    const { file } = await last.json<{ file: File & { sizeBytes: string } }>()
    expect(file.sizeBytes).toBe('262147')
    const got = await ask(user, 'GET', `/v1/${file.name}`)
    expect(await got.json()).toMatchObject({ name: file.name, state: 'ACTIVE' })
    expect(got.headers.get('x-pollux-credential')).toBe(answer.headers.get('x-pollux-credential'))
  })

  it('can be ended', async () => {
    const user = await givenUser()
    const url = (await begun(user)).headers.get('x-goog-upload-url') ?? ''
    expect((await send(url, 'cancel')).headers.get('x-goog-upload-status')).toBe('cancelled')
  })

  it('ends with its user and its credential', async () => {
    const user = await givenUser()
    const url = (await begun(user)).headers.get('x-goog-upload-url') ?? ''
    await admin('PATCH', `users/${user.userId}`, { disabled: true })
    expect((await send(url, 'upload, finalize', 'x')).status).toBe(403)
  })

  it.each(['nonsense', 'v1.00000000.AAAA.AAAA'])('to %s is none', async (sealed) => {
    const answer = await fetchPollux(`/upload/v1beta/files?upload_id=${sealed}`, { method: 'POST' })
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({ error: { status: 'NOT_FOUND' } })
  })
})

describe('a file', () => {
  it('is read by its own credential, wherever the ring stands, in any dialect', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const file = await uploaded(user)
    await turn(user)
    const answer = await native(user.key, about(file))
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-pollux-credential')).toBe(user.credentials[0]?.id)
    await answer.text()
    const told = await chat(user.key, {
      messages: [{ role: 'user', content: [{ type: 'file', file: { file_data: file.uri } }] }],
    })
    expect(told.status).toBe(200)
    expect(told.headers.get('x-pollux-credential')).toBe(user.credentials[0]?.id)
    await told.text()
    await settledStats(user)
  })

  it('whose credential is out of quota is uploaded with the next one, which answers', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const file = await uploaded(user)
    const [owner, other] = user.credentials
    const credential = owner?.handle ?? ''
    await google.script({ credential, model: MODEL, reply: { error: 'gemini_429_minute' } })
    const id = file.name.replace('files/', '')
    for (const answer of [
      await native(user.key, about(file)),
      await nativeStream(user.key, about(file)),
    ]) {
      expect(answer.status).toBe(200)
      expect(answer.headers.get('x-pollux-credential')).toBe(other?.id)
      expect(answer.headers.get('x-pollux-copied-files')).toBe(id)
      await answer.text()
    }
    const told = await chat(user.key, {
      messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: id } }] }],
    })
    expect(told.status).toBe(200)
    expect(told.headers.get('x-pollux-copied-files')).toBe(id)
    await told.text()
    // One start and one upload of bytes for all three. The copy is in no list, and is deleted with its original.
    const uploads = await google.calls({ credential: other?.handle ?? '', method: 'uploadFile' })
    expect(uploads).toHaveLength(2)
    const list = await ask(user, 'GET', '/v1beta/files')
    expect((await list.json<{ files: File[] }>()).files.map(({ name }) => name)).toEqual([
      file.name,
    ])
    expect((await ask(user, 'DELETE', `/v1beta/${file.name}`)).status).toBe(200)
    await vi.waitFor(async () =>
      expect(
        await google.calls({ credential: other?.handle ?? '', method: 'deleteFile' }),
      ).toHaveLength(1),
    )
    await settledStats(user)
  })

  it('that was not kept, whose credential is out of quota, says when, and goes nowhere else', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const file = await uploaded(user)
    await env.FILES.getByName(user.userId).remove(file.name.replace('files/', ''))
    const credential = user.credentials[0]?.handle ?? ''
    await google.script({ credential, model: MODEL, reply: { error: 'gemini_429_minute' } })
    const answer = await native(user.key, about(file))
    expect(answer.status).toBe(429)
    const body = await answer.text()
    expect(body).toContain('google.rpc.RetryInfo')
    expect(body).toContain('contents[0].parts[1].fileData.fileUri')
    expect(body).not.toContain('PerDay')
    await settledStats(user)
  })

  it('of one credential beside one of another is refused, naming both', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const one = await uploaded(user)
    await turn(user)
    const other = await uploaded(user)
    const answer = await native(user.key, about(one, other))
    expect(answer.status).toBe(400)
    const { error } = await answer.json<NativeResponse>()
    expect(error?.message).toContain('contents[0].parts[1].fileData.fileUri')
    expect(error?.message).toContain('contents[0].parts[2].fileData.fileUri')
  })

  it('that nobody knows is no part of a request, and is asked for once by its name', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const uri = 'https://generativelanguage.googleapis.com/v1beta/files/unknown'
    const answer = await native(user.key, about({ name: '', uri, mimeType: 'text/plain' }))
    expect(answer.status).toBe(400)
    const calls = await Promise.all(
      user.credentials.map(async ({ handle }) => google.calls({ credential: handle })),
    )
    expect(calls.flat()).toHaveLength(0)
    const got = await ask(user, 'GET', '/v1beta/files/unknown')
    expect(got.status).toBe(403)
    await settledStats(user)
  })

  it('is listed with those of all credentials, page by page, and deleted', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const names: string[] = []
    for (let index = 0; index < 4; index++) {
      names.push((await uploaded(user)).name)
      await turn(user)
    }
    const listed: string[] = []
    for (let token: string | undefined = ''; token !== undefined;) {
      const answer = await ask(user, 'GET', `/v1beta/files?pageSize=1&pageToken=${token}`)
      const page = await answer.json<{ files?: File[]; nextPageToken?: string }>()
      listed.push(...(page.files ?? []).map(({ name }) => name))
      token = page.nextPageToken
    }
    expect(listed.toSorted()).toEqual(names.toSorted())
    for (const name of names) expect((await ask(user, 'DELETE', `/v1/${name}`)).status).toBe(200)
    expect((await ask(user, 'GET', `/v1/${names[0]}`)).status).toBe(403)
  })

  it('is forgotten with its credential', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const file = await uploaded(user)
    await admin('DELETE', `users/${user.userId}/credentials/${user.credentials[0]?.id}`)
    expect((await ask(user, 'GET', `/v1beta/${file.name}`)).status).toBe(403)
  })

  it('is no other user’s', async () => {
    const [user, other] = [await givenUser(), await givenUser()]
    const file = await uploaded(user)
    expect((await ask(other, 'GET', `/v1beta/${file.name}`)).status).toBe(403)
  })

  it('is no other user’s of the same credential, unless an admin allows all of them', async () => {
    const { credential, handle } = await google.registerApiKey()
    const [one, other] = await Promise.all([sharing(credential), sharing(credential)])
    const file = await uploaded(one)
    const before = (await google.calls({ credential: handle })).length
    for (const [method, path] of [
      ['GET', `/v1beta/${file.name}`],
      ['GET', `/v1beta/${file.name}:download?alt=media`],
      ['DELETE', `/v1beta/${file.name}`],
    ] as const) {
      const answer = await ask(other, method, path)
      expect(answer.status).toBe(403)
      // Google's own words for something that does not exist.
      expect(await answer.json()).toMatchObject({ error: { status: 'PERMISSION_DENIED' } })
    }
    expect(await google.calls({ credential: handle })).toHaveLength(before)
    for (const path of ['/v1beta/files', '/v1beta/files?pageSize=1', '/v1/files']) {
      expect(await (await ask(other, 'GET', path)).text()).not.toContain(file.name)
      expect(await (await ask(one, 'GET', path)).text()).toContain(file.name)
    }
    // Listing a file does not make it the other user's.
    expect((await native(other.key, about(file))).status).toBe(400)

    const media_uris = ['https://generativelanguage.googleapis.com/v1beta/files/']
    await configure(other, { media_uris })
    expect(await (await ask(other, 'GET', '/v1beta/files')).text()).toContain(file.name)
    expect((await ask(other, 'GET', `/v1beta/${file.name}`)).status).toBe(200)
    await configure(other, { media_uris: [] })
    expect((await ask(other, 'GET', `/v1beta/${file.name}`)).status).toBe(403)
    expect((await ask(one, 'DELETE', `/v1beta/${file.name}`)).status).toBe(200)
  })

  it('does not become a user’s own by the name of a batch', async () => {
    const { credential } = await google.registerApiKey()
    const [one, other] = await Promise.all([sharing(credential), sharing(credential)])
    const file = await uploaded(one)
    const requests = [{ request: { contents: [{ role: 'user', parts: [{ text: file.name }] }] } }]
    const body = { batch: { displayName: file.name, inputConfig: { requests: { requests } } } }
    const made = await native(other.key, body, { method: 'batchGenerateContent' })
    const { name } = await made.json<{ name: string }>()
    expect(await (await ask(other, 'GET', `/v1beta/${name}`)).text()).toContain(file.name)
    expect((await ask(other, 'GET', `/v1beta/${file.name}`)).status).toBe(403)
  })

  it.each(['GET', 'DELETE'])('with a wild id is none: %s', async (method) => {
    const user = await givenUser()
    for (const id of ['a%2F..%2Fb', '%E0', 'x'.repeat(300)]) {
      const answer = await ask(user, method, `/v1beta/files/${id}`)
      expect([403, 404]).toContain(answer.status)
      expect(await answer.json()).toMatchObject({ error: { code: answer.status } })
    }
  })
})

describe('a cached content', () => {
  it('is made, used, changed and deleted by one credential', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const contents = [{ role: 'user', parts: [{ text: 'word '.repeat(5000) }] }]
    const body = { model: `models/${MODEL}`, contents, ttl: '300s' }
    const made = await ask(user, 'POST', '/v1/cachedContents', body)
    expect(made.status).toBe(200)
    const { name } = await made.json<{ name: string }>()
    await turn(user)
    const used = await native(user.key, {
      contents: [{ role: 'user', parts: [{ text: 'Go' }] }],
      cached_content: name,
    })
    expect(used.status).toBe(200)
    expect(used.headers.get('x-pollux-credential')).toBe(user.credentials[0]?.id)
    await used.text()
    const patched = await ask(user, 'PATCH', `/v1beta/${name}`, { ttl: '600s' })
    expect(patched.status).toBe(200)
    const list = await ask(user, 'GET', '/v1beta/cachedContents')
    expect(await list.text()).toContain(name)
    expect((await ask(user, 'DELETE', `/v1beta/${name}`)).status).toBe(200)
    await settledStats(user)
  })
})

describe('a batch', () => {
  it('is made, asked for and ended by one credential', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const requests = [{ request: { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] } }]
    const body = { batch: { displayName: 'b', inputConfig: { requests: { requests } } } }
    const made = await native(user.key, body, { method: 'batchGenerateContent' })
    expect(made.status).toBe(200)
    const { name } = await made.json<{ name: string }>()
    await turn(user)
    const got = await ask(user, 'GET', `/v1/${name}`)
    expect(got.headers.get('x-pollux-credential')).toBe(user.credentials[0]?.id)
    expect(await got.text()).toContain(name)
    expect((await ask(user, 'POST', `/v1beta/${name}:cancel`)).status).toBe(200)
    expect((await ask(user, 'DELETE', `/v1/${name}`)).status).toBe(200)
    await settledStats(user)
  })
})

describe('an interaction', () => {
  it('goes on where it began, is asked for, and deleted', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const body = { model: MODEL, input: 'Hello' }
    const made = await ask(user, 'POST', '/v1/interactions', body)
    expect(made.status).toBe(200)
    const { id } = await made.json<{ id: string }>()
    await turn(user)
    const next = { ...body, previous_interaction_id: id }
    const went = await ask(user, 'POST', '/v1/interactions', next)
    expect(went.status).toBe(200)
    expect(went.headers.get('x-pollux-credential')).toBe(user.credentials[0]?.id)
    expect((await ask(user, 'GET', `/v1beta/interactions/${id}`)).status).toBe(200)
    expect((await ask(user, 'DELETE', `/v1beta/interactions/${id}`)).status).toBe(200)
    const stats = await settledStats(user)
    expect(stats.ring.credentials[0]?.attempts.ok).toBe(2)
  })

  it('streams, and is known before its client hears of it', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const body = { model: MODEL, input: 'Hello', stream: true }
    const answer = await ask(user, 'POST', '/v1beta/interactions', body)
    expect(answer.headers.get('content-type')).toContain('text/event-stream')
    const text = await answer.text()
    expect(text).toContain('interaction.completed')
    const id = /"id":"([^"]+)"/.exec(text)?.[1] ?? ''
    await turn(user)
    const again = await ask(user, 'GET', `/v1beta/interactions/${id}?stream=true`)
    expect(await again.text()).toContain('interaction.completed')
    await settledStats(user)
  })

  it('that may have been stored is never asked for twice', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const method = 'createInteraction'
    for (const { handle: credential } of user.credentials) {
      await google.script({ credential, method, reply: { error: '503_overloaded' } })
    }
    const answer = await ask(user, 'POST', '/v1/interactions', { model: MODEL, input: 'Hello' })
    expect(answer.status).toBe(503)
    const calls = await google.calls({ method })
    const own = user.credentials.map(({ handle }) => handle)
    expect(calls.filter(({ credential = '' }) => own.includes(credential))).toHaveLength(1)
    await settledStats(user)
  })

  it('is refused where there is no credential of the Gemini API', async () => {
    const user = await givenUser(['service_account'])
    const answer = await ask(user, 'POST', '/v1/interactions', { model: MODEL, input: 'Hello' })
    expect(answer.status).toBe(400)
  })
})

describe('the token of a long answer', () => {
  it.each(['continuationToken', 'continuation_token'])(
    'comes back to the credential that gave it, as %s',
    async (field) => {
      const user = await givenUser(['api_key', 'api_key'])
      const credential = user.credentials[0]?.handle ?? ''
      const reply = { text: 'one ', finishReason: 'CONTINUATION', continuationToken: '+/+/' }
      await google.script({ credential, reply })
      await google.script({ credential, reply: { text: 'two' } })
      const body = { contents: [{ role: 'user', parts: [{ text: 'Count' }] }] }
      const asking = { model: 'gemini-4-argon' }
      await (await nativeStream(user.key, body, asking)).text()
      await settledStats(user)
      await turn(user)
      const rest = await nativeStream(user.key, { ...body, [field]: '+/+/' }, asking)
      expect(rest.headers.get('x-pollux-credential')).toBe(user.credentials[0]?.id)
      expect(wordsOf(eventsOf(await rest.text()))).toBe('two')
      await settledStats(user)
    },
  )
})
