/** What becomes of a request if the one credential that could serve it cannot, or Google refuses what it names. */
import { describe, expect, it, vi } from 'vitest'
import {
  admin,
  callsOf,
  fetchPollux,
  givenUser,
  google,
  MODEL,
  settledStats,
} from '../support/pollux.ts'
import { native, NATIVE_BODY, type NativeResponse } from '../support/native.ts'
import { about, ask, begun, send, turn, uploaded } from '../support/things.ts'

function partOf({ uri, mimeType }: { uri: string; mimeType: string }): object {
  return { file_data: { file_uri: uri, mime_type: mimeType } }
}

describe('a name that is taken', () => {
  it('is told with its status, whichever credential holds it', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    await uploaded(user, { name: 'files/mine' })
    for (const _ of user.credentials) {
      const again = await begun(user, { name: 'files/mine' })
      expect(again.status).toBe(409)
      expect(await again.json()).toMatchObject({
        error: { code: 409, status: 'ALREADY_EXISTS', message: 'files/mine already exists' },
      })
      await turn(user)
    }
  })
})

describe('what is made of a file whose credential is out of quota', () => {
  it.each([
    ['a cache', 'contents[0].parts[1].file_data.file_uri'],
    [
      'a batch',
      'batch.input_config.requests.requests[0].request.contents[0].parts[0].file_data.file_uri',
    ],
    ['a batch from it', 'batch.input_config.file_name'],
    ['an interaction', 'input[0].uri'],
  ])('says when, and is not made elsewhere: %s', async (kind, param) => {
    const user = await givenUser(['api_key', 'api_key'])
    const file = await uploaded(user)
    const [owner, other] = user.credentials.map(({ handle }) => handle)
    const reply = { error: 'gemini_429_minute' } as const
    await google.script({ credential: owner ?? '', model: MODEL, reply })
    expect((await native(user.key)).status).toBe(200)
    const words = { text: 'word '.repeat(5000) }
    const batch = (input_config: object): Promise<Response> =>
      native(user.key, { batch: { input_config } }, { method: 'batchGenerateContent' })
    const asks: Record<string, () => Promise<Response>> = {
      'a cache': () =>
        ask(user, 'POST', '/v1beta/cachedContents', {
          model: MODEL,
          contents: [{ role: 'user', parts: [words, partOf(file)] }],
        }),
      'a batch': () =>
        batch({
          requests: {
            requests: [{ request: { contents: [{ role: 'user', parts: [partOf(file)] }] } }],
          },
        }),
      'a batch from it': () => batch({ file_name: file.name }),
      'an interaction': () =>
        ask(user, 'POST', '/v1beta/interactions', {
          model: MODEL,
          input: [{ type: 'document', uri: file.uri, mime_type: file.mimeType }],
        }),
    }
    const answer = await asks[kind]?.()
    expect(answer?.status).toBe(429)
    expect(Number(answer?.headers.get('retry-after'))).toBeGreaterThan(0)
    const { error } = (await answer?.json<NativeResponse>()) ?? {}
    expect(error?.message).toContain(param)
    expect(await callsOf(other ?? '')).toHaveLength(1)
    const uploads = await google.calls({ credential: other ?? '', method: 'uploadFile' })
    expect(uploads).toHaveLength(0)
    expect((await settledStats(user)).ledger).toMatchObject({ open: 0, holds: true })
  })
})

describe('vectors of a file', () => {
  const model = 'gemini-embedding-2'

  it.each(['embedContent', 'batchEmbedContents'])('are its owner’s work: %s', async (method) => {
    const user = await givenUser(['api_key', 'api_key'])
    const file = await uploaded(user, {}, { type: 'image/png', text: 'picture' })
    await turn(user)
    const content = { parts: [partOf(file)] }
    const body = method === 'embedContent' ? { content } : { requests: [{ content }] }
    const answer = await native(user.key, body, { model, method })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-pollux-credential')).toBe(user.credentials[0]?.id)
    await answer.text()
    await settledStats(user)
  })

  it('of two owners are refused, naming both', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const one = await uploaded(user, {}, { type: 'image/png', text: 'picture' })
    await turn(user)
    const other = await uploaded(user, {}, { type: 'image/png', text: 'picture' })
    const requests = [one, other].map((file) => ({ content: { parts: [partOf(file)] } }))
    const answer = await native(user.key, { requests }, { model, method: 'batchEmbedContents' })
    expect(answer.status).toBe(400)
    const { error } = await answer.json<NativeResponse>()
    expect(error?.message).toContain('requests[0].content.parts[0].file_data.file_uri')
    expect(error?.message).toContain('requests[1].content.parts[0].file_data.file_uri')
  })
})

describe('Google’s refusal to make a thing', () => {
  it('keeps its status: an interaction that nobody knows is asked for once', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const body = { model: MODEL, input: 'Go on', previous_interaction_id: 'v1_unknown' }
    const answer = await ask(user, 'POST', '/v1/interactions', body)
    expect(answer.status).toBe(404)
    expect(answer.headers.get('x-pollux-attempts')).toBe('1')
    expect(await answer.json()).toEqual({
      error: { code: 404, message: 'Requested entity was not found.', status: 'NOT_FOUND' },
    })
    const { ledger, ring } = await settledStats(user)
    expect(ledger).toMatchObject({ granted: 1, open: 0, holds: true })
    expect(ring.credentials[0]?.attempts.client_fault).toBe(1)
  })

  it('tells how much is missing for a cache', async () => {
    const user = await givenUser()
    const contents = NATIVE_BODY.contents
    const answer = await ask(user, 'POST', '/v1beta/cachedContents', { model: MODEL, contents })
    expect(answer.status).toBe(400)
    const { error } = await answer.json<NativeResponse>()
    expect(error?.message).toMatch(/total_token_count=\d+, min_total_token_count=1024/)
  })
})

describe('a credential that cannot be asked any more', () => {
  it.each(['upload, finalize', 'query', 'cancel'])(
    'ends the uploads to it when it is removed: %s',
    async (command) => {
      const user = await givenUser(['api_key', 'api_key'])
      const url = (await begun(user)).headers.get('x-goog-upload-url') ?? ''
      await admin('DELETE', `users/${user.userId}/credentials/${user.credentials[0]?.id}`)
      const answer = await send(url, command, command.startsWith('upload') ? 'x' : '')
      expect(answer.status).toBe(404)
      const { error } = await answer.json<NativeResponse>()
      expect(error).toMatchObject({ status: 'NOT_FOUND' })
      expect(error?.message).toContain('was removed')
    },
  )

  it('is meant alone where Google does not accept it, and no other is asked for its things', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const file = await uploaded(user)
    await google.removeCredential(user.credentials[0]?.handle ?? '')
    expect((await native(user.key)).status).toBe(200)
    await settledStats(user)
    const answer = await ask(user, 'GET', `/v1beta/${file.name}`)
    expect(answer.status).toBe(403)
    const { error } = await answer.json<NativeResponse>()
    expect(error?.message).toContain('the credential that knows')
    const asked = await google.calls({ credential: user.credentials[1]?.handle ?? '' })
    expect(asked.filter(({ method }) => method === 'getFile')).toEqual([])
  })
})

describe('a credential that is paused', () => {
  it.each(['GET', 'DELETE'])(
    'is told with its end where it alone knows the file: %s',
    async (method) => {
      const user = await givenUser(['api_key', 'api_key'])
      const file = await uploaded(user)
      const path = `users/${user.userId}/credentials/${user.credentials[0]?.id}`
      const until = new Date(Date.now() + 60_000).toISOString()
      await admin('PATCH', path, { paused_until: until })
      const answer = await ask(user, method, `/v1beta/${file.name}`)
      expect(answer.status).toBe(503)
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(50)
      expect(await answer.text()).toMatch(/"retryDelay":"[56]\ds"/)
    },
  )
})

describe('the copy of a file', () => {
  const PIECE = 262_144

  it.each([
    ['of another place', 'b'.repeat(PIECE), 0],
    ['of no whole number of blocks', 'b'.repeat(PIECE - 1), PIECE],
  ])('is not kept after Google refused a piece %s', async (_, bytes, offset) => {
    const user = await givenUser(['api_key', 'api_key'])
    const url = (await begun(user)).headers.get('x-goog-upload-url') ?? ''
    expect((await send(url, 'upload', 'a'.repeat(PIECE))).status).toBe(200)
    expect((await send(url, 'upload', bytes, offset)).status).toBe(400)
    const last = await send(url, 'upload, finalize', 'end', PIECE)
    expect(last.status).toBe(200)
    const { file } = await last.json<{ file: { name: string; uri: string; mimeType: string } }>()
    const content = await fetchPollux(`/v1/files/${file.name.replace('files/', 'file-')}/content`, {
      headers: { authorization: `Bearer ${user.key}` },
    })
    expect(content.status).toBe(400)
    const credential = user.credentials[0]?.handle ?? ''
    const reply = { error: 'gemini_429_minute' } as const
    await google.script({ credential, model: MODEL, reply })
    const answer = await native(user.key, about(file))
    expect(answer.status).toBe(429)
    await settledStats(user)
  })

  it('is kept where only the question for its progress fails', async () => {
    const user = await givenUser()
    const url = (await begun(user)).headers.get('x-goog-upload-url') ?? ''
    expect((await send(url, 'upload', 'a'.repeat(PIECE))).status).toBe(200)
    const down = new Response('{}', { status: 503 })
    vi.spyOn(globalThis, 'fetch').mockImplementationOnce(() => Promise.resolve(down))
    expect((await send(url, 'query')).status).toBe(503)
    vi.restoreAllMocks()
    const last = await send(url, 'upload, finalize', 'end', PIECE)
    const { file } = await last.json<{ file: { name: string } }>()
    const content = await fetchPollux(`/v1/files/${file.name.replace('files/', 'file-')}/content`, {
      headers: { authorization: `Bearer ${user.key}` },
    })
    expect(await content.text()).toBe(`${'a'.repeat(PIECE)}end`)
  })
})
