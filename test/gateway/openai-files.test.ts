/** OpenAI's files are stored at Google, with the credential that uploaded them. */
import OpenAI, { toFile } from 'openai'
import { describe, expect, it, vi } from 'vitest'
import {
  fetchPollux,
  givenUser,
  google,
  MASTER_KEY as MASTER,
  MODEL,
  settledStats,
  type User,
} from '../support/pollux.ts'

function clientOf(user: User): OpenAI {
  return new OpenAI({
    apiKey: user.key,
    baseURL: 'http://pollux.test/v1',
    maxRetries: 0,
    fetch: (input, init) => {
      const request = new Request(input as string, init as RequestInit)
      const { pathname, search } = new URL(request.url)
      return fetchPollux(pathname + search, request as unknown as RequestInit)
    },
  })
}

async function turn(user: User): Promise<void> {
  const answer = await fetchPollux('/v1/config/rotate', {
    method: 'POST',
    headers: { authorization: `Bearer ${MASTER}` },
    body: JSON.stringify({ apiKey: user.key }),
  })
  expect(answer.status).toBe(200)
  await answer.text()
}

const TEXT = 'The quick brown fox.'

async function upload(user: User, text = TEXT, name = 'fox.txt') {
  const file = await toFile(new TextEncoder().encode(text), name, { type: 'text/plain' })
  return clientOf(user).files.create({ file, purpose: 'user_data' })
}

describe('a file', () => {
  it.each([
    ['main.ts', 'video/mp2t', 'const answer = 42\n'.repeat(500), 'text/x-typescript'],
    ['Dockerfile', 'application/octet-stream', 'FROM node\n', 'text/plain'],
    ['note', '', 'naïve '.repeat(2000), 'text/plain'],
    ['film.ts', 'video/mp2t', 'G\0\u0011\u0010\0B', 'video/mp2t'],
    ['cut.bin', 'application/octet-stream', '\0\u0001', 'application/octet-stream'],
  ])('is of the type that its bytes tell: %s as %j', async (name, type, text, kept) => {
    const user = await givenUser()
    const file = await toFile(new TextEncoder().encode(text), name, { type })
    await clientOf(user).files.create({ file, purpose: 'user_data' })
    const calls = await google.calls({ credential: user.credentials[0]?.handle ?? '' })
    expect(calls.map(({ headers }) => headers['x-goog-upload-header-content-type'])).toContain(kept)
  })

  it('is uploaded, got, listed, read and deleted with OpenAI’s own SDK', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const client = clientOf(user)
    const made = await upload(user)
    expect(made).toMatchObject({
      object: 'file',
      bytes: TEXT.length,
      filename: 'fox.txt',
      purpose: 'user_data',
      status: 'processed',
    })
    expect(made.id).toMatch(/^file-[a-z0-9]+$/)
    await turn(user)
    expect(await client.files.retrieve(made.id)).toEqual(made)
    const content = await client.files.content(made.id)
    expect(await content.text()).toBe(TEXT)
    expect(content.headers.get('content-type')).toBe('text/plain')
    const other = await upload(user, 'Another', 'other.txt')
    const listed: string[] = []
    for await (const file of client.files.list({ limit: 1 })) listed.push(file.id)
    expect(listed.toSorted()).toEqual([made.id, other.id].toSorted())
    expect((await client.files.list({ purpose: 'batch' })).data).toEqual([])
    expect(await client.files.delete(made.id)).toMatchObject({ id: made.id, deleted: true })
    await expect(client.files.retrieve(made.id)).rejects.toMatchObject({ status: 404 })
    await expect(client.files.content(made.id)).rejects.toMatchObject({ status: 404 })
    expect((await client.files.list()).data.map(({ id }) => id)).toEqual([other.id])
  })

  it('is nobody else’s', async () => {
    const [user, other] = [await givenUser(['api_key']), await givenUser(['api_key'])]
    const { id } = await upload(user)
    const stranger = clientOf(other)
    await expect(stranger.files.retrieve(id)).rejects.toMatchObject({ status: 404 })
    await expect(stranger.files.content(id)).rejects.toMatchObject({ status: 404 })
    await expect(stranger.files.delete(id)).rejects.toMatchObject({ status: 404 })
    expect((await stranger.files.list()).data).toEqual([])
  })

  it('is read by its credential when any dialect names its id', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const owner = user.credentials[0]?.id
    const { id } = await upload(user)
    await turn(user)
    const chat = {
      model: MODEL,
      messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: id } }] }],
    }
    const responses = {
      model: MODEL,
      input: [{ role: 'user', content: [{ type: 'input_file', file_id: id }] }],
    }
    const source = { type: 'file', file_id: id }
    const messages = {
      model: MODEL,
      max_tokens: 100,
      messages: [{ role: 'user', content: [{ type: 'document', source }] }],
    }
    for (const [path, body] of Object.entries({
      '/v1/chat/completions': chat,
      '/v1/responses': responses,
      '/v1/messages': messages,
    })) {
      const answer = await fetchPollux(path, {
        method: 'POST',
        headers: { authorization: `Bearer ${user.key}` },
        body: JSON.stringify(body),
      })
      expect([path, answer.status, await answer.text()]).toEqual([path, 200, expect.any(String)])
      expect(answer.headers.get('x-pollux-credential')).toBe(owner)
    }
    const stats = await settledStats(user)
    expect(stats.ring.credentials[0]?.attempts.ok).toBe(3)
  })

  it.each([
    ['of nobody', 'file-abc123', 'names no file of this API key'],
    ['that is none', 'file abc', 'must be the id of an uploaded file'],
  ])('%s is refused by the field that names it', async (_, id, what) => {
    const user = await givenUser(['api_key'])
    const answer = await fetchPollux('/v1/chat/completions', {
      method: 'POST',
      headers: { authorization: `Bearer ${user.key}` },
      body: JSON.stringify({
        model: MODEL,
        messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: id } }] }],
      }),
    })
    expect(answer.status).toBe(400)
    const { error } = await answer.json<{ error: { message: string; param: string } }>()
    expect(error.param).toBe('messages[0].content[0].file.file_id')
    expect(error.message).toContain(what)
  })

  it('that is no image is refused as one', async () => {
    const user = await givenUser(['api_key'])
    const { id } = await upload(user)
    const answer = await fetchPollux('/v1/responses', {
      method: 'POST',
      headers: { authorization: `Bearer ${user.key}` },
      body: JSON.stringify({
        model: MODEL,
        input: [{ role: 'user', content: [{ type: 'input_image', file_id: id }] }],
      }),
    })
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('input[0].content[0].file_id')
  })
})

const TWO = ['a', 'b'].map((name) => ['file', new File(['x'], name)] as const)

function sendForm(user: User, form: FormData): Promise<Response> {
  return fetchPollux('/v1/files', {
    method: 'POST',
    headers: { authorization: `Bearer ${user.key}` },
    body: form,
  })
}

describe('the form', () => {
  it.each([
    ['file', { purpose: 'user_data' }],
    ['purpose', { file: new File(['x'], 'x.txt') }],
  ])('says what is missing: %s', async (param, fields) => {
    const user = await givenUser(['api_key'])
    const form = new FormData()
    for (const [name, value] of Object.entries(fields)) form.append(name, value as string)
    const answer = await fetchPollux('/v1/files', {
      method: 'POST',
      headers: { authorization: `Bearer ${user.key}` },
      body: form,
    })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: { param } })
  })

  it('may say what the file is for before it or behind it', async () => {
    const user = await givenUser(['api_key'])
    for (const order of [
      ['purpose', 'file'],
      ['file', 'purpose'],
    ]) {
      const form = new FormData()
      for (const name of order)
        form.append(name, name === 'file' ? new File(['x'], 'x.txt') : 'vision')
      const answer = await sendForm(user, form)
      expect(await answer.json()).toMatchObject({ filename: 'x.txt', purpose: 'vision', bytes: 1 })
    }
  })

  it.each([
    ['is empty', [['file', new File([], 'x.txt')]], 'file', 'must not be empty'],
    ['is text', [['file', 'x']], 'file', 'a file'],
    ['is two', [...TWO], 'file', 'one file'],
    ['is nowhere', [], 'file', 'file'],
  ] as const)('is refused where its file %s', async (_, fields, param, words) => {
    const user = await givenUser(['api_key'])
    const form = new FormData()
    for (const [name, value] of fields) form.append(name, value)
    form.append('purpose', 'user_data')
    const answer = await sendForm(user, form)
    expect(answer.status).toBe(400)
    const { error } = await answer.json<{ error: { param: string; message: string } }>()
    expect(error).toMatchObject({ param, message: expect.stringContaining(words) })
    expect((await clientOf(user).files.list()).data).toEqual([])
  })

  it('larger than any other body goes to Google in pieces, of which it is told the end', async () => {
    const user = await givenUser(['api_key'])
    const text = 'A line of a very long file.\n'.repeat(330_000)
    expect(text.length).toBeGreaterThan(9_000_000)
    const made = await upload(user, text, 'long.txt')
    expect(made.bytes).toBe(text.length)
    const calls = await google.calls({ credential: user.credentials[0]?.handle ?? '' })
    const uploads = calls.filter(({ method }) => method === 'uploadFile')
    expect(uploads.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    const content = await clientOf(user).files.content(made.id)
    expect((await content.text()) === text).toBe(true)
  })

  it('whose end is wrong leaves no file behind, however much of it is there', async () => {
    const user = await givenUser(['api_key'])
    const form = new FormData()
    form.append('file', new File(['x'.repeat(9_000_000)], 'x.txt'))
    form.append('purpose', 'No Purpose!')
    const answer = await sendForm(user, form)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: { param: 'purpose' } })
    // The start, two pieces, and the cancellation.
    await vi.waitFor(async () => {
      const calls = await google.calls({ credential: user.credentials[0]?.handle ?? '' })
      expect(calls.filter(({ method }) => method === 'uploadFile')).toHaveLength(4)
    })
    expect((await clientOf(user).files.list()).data).toEqual([])
  })

  it.each([
    '--b\r\ncontent-disposition: form-data; name="file"; filename="x"\r\n\r\nxyz',
    'x',
    '--b--',
  ])('that breaks off is none: %j', async (body) => {
    const user = await givenUser(['api_key'])
    const answer = await fetchPollux('/v1/files', {
      method: 'POST',
      headers: {
        authorization: `Bearer ${user.key}`,
        'content-type': 'multipart/form-data; boundary=b',
      },
      body,
    })
    expect(answer.status).toBe(400)
    expect((await clientOf(user).files.list()).data).toEqual([])
  })

  it('is refused in its own words where Google refuses the file', async () => {
    const user = await givenUser(['api_key'])
    const credential = user.credentials[0]?.handle ?? ''
    await google.script({ credential, method: 'uploadFile', reply: { error: '400_generic' } })
    const form = new FormData()
    form.append('file', new File(['x'], 'x.txt'))
    form.append('purpose', 'user_data')
    const answer = await sendForm(user, form)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: { type: 'invalid_request_error' } })
  })

  it('is not taken in Anthropic’s name', async () => {
    const user = await givenUser(['api_key'])
    for (const method of ['GET', 'POST']) {
      const answer = await fetchPollux('/v1/files', {
        method,
        headers: { 'x-api-key': user.key, 'anthropic-version': '2023-06-01' },
      })
      expect(answer.status).toBe(404)
      expect(await answer.json()).toMatchObject({
        type: 'error',
        error: { type: 'not_found_error' },
      })
    }
  })
})
