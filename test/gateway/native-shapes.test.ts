/** Addresses and bodies in the shapes that Google's clients write besides the usual ones. */
import { describe, expect, it } from 'vitest'
import {
  fetchPollux,
  givenUser,
  google,
  MODEL,
  settledStats,
  type User,
} from '../support/pollux.ts'
import { eventsOf, native, NATIVE_BODY, type NativeResponse, wordsOf } from '../support/native.ts'
import { ask, turn, uploaded } from '../support/things.ts'

const KINDS = ['api_key', 'service_account'] as const

async function lastOf(user: User) {
  const calls = await google.calls({ credential: user.credentials[0]?.handle ?? '' })
  return calls.at(-1)
}

describe('a model', () => {
  it.each([
    `models/${MODEL}`,
    `publishers/google/models/${MODEL}`,
    `models/publishers/google/models/${MODEL}`,
    `models%2F${MODEL}`,
  ])('is known as %s', async (model) => {
    const user = await givenUser()
    const answer = await native(user.key, NATIVE_BODY, { model })
    expect(answer.status).toBe(200)
    await answer.text()
    expect((await lastOf(user))?.path).toBe(`/v1beta/models/${MODEL}:generateContent`)
    const described = await ask(user, 'GET', `/v1beta/models/${model}`)
    expect(await described.json()).toMatchObject({ name: `models/${MODEL}` })
    await settledStats(user)
  })

  it.each([
    '/v1beta1/publishers/google/models',
    '/v1/publishers/google/models',
    '/v1beta1/projects/p/locations/l/publishers/google/models',
    '/v1/projects/p/locations/l/publishers/google/models',
  ])('is listed and described where Vertex AI has it: %s', async (path) => {
    const user = await givenUser()
    const list = await ask(user, 'GET', `${path}?pageSize=3`)
    expect((await list.json<{ models: object[] }>()).models).toHaveLength(3)
    const one = await ask(user, 'GET', `${path}/${MODEL}`)
    expect(await one.json()).toMatchObject({ name: `models/${MODEL}` })
    const wrong = await ask(user, 'DELETE', `${path}/${MODEL}`)
    expect(wrong.status).toBe(405)
    expect(new Set(wrong.headers.get('allow')?.split(', '))).toEqual(
      new Set(['POST', 'GET', 'HEAD']),
    )
  })
})

describe('a count', () => {
  const whole = {
    ...NATIVE_BODY,
    tools: [{ function_declarations: [{ name: 'f', description: 'Adds two numbers' }] }],
    generationConfig: {},
  }

  it.each(KINDS)('is of a whole request as Vertex AI’s clients write it, by %s', async (kind) => {
    const user = await givenUser([kind])
    const asking = { method: 'countTokens', version: '/v1beta1/publishers/google' }
    const countOf = async (body: object): Promise<number> => {
      const answer = await native(user.key, body, asking)
      expect(answer.status).toBe(200)
      return (await answer.json<{ totalTokens: number }>()).totalTokens
    }
    const less = await countOf(NATIVE_BODY)
    for (const field of ['systemInstruction', 'system_instruction']) {
      const body = { ...whole, [field]: { parts: [{ text: 'Be brief and friendly.' }] } }
      expect(await countOf(body)).toBeGreaterThan(less + 3)
    }
    await settledStats(user)
  })
})

describe('a stream', () => {
  it.each(['?$alt=sse', '?%24alt=sse', '?alt=sse&$alt=json'])('is events at %s', async (query) => {
    const user = await givenUser()
    const method = 'streamGenerateContent'
    const answer = await native(user.key, NATIVE_BODY, { method, query })
    expect(answer.headers.get('content-type')).toContain('text/event-stream')
    expect(wordsOf(eventsOf(await answer.text()))).toBe('You said: Hello there')
    await settledStats(user)
  })

  it.each(['', '?alt=json', '?$alt=json', '?alt='])('is an array at "%s"', async (query) => {
    const user = await givenUser()
    for (const split of ['bytes', 'events', 'all', 3] as const) {
      const credential = user.credentials[0]?.handle ?? ''
      const reply = { text: 'Grüße 🎉 "q" \\u00e9', sse: { split } } as const
      await google.script({ credential, reply })
      const answer = await native(user.key, NATIVE_BODY, { method: 'streamGenerateContent', query })
      expect(answer.headers.get('content-type')).toContain('application/json')
      expect(wordsOf(await answer.json<NativeResponse[]>())).toBe(reply.text)
    }
    await settledStats(user)
  })
})

describe('a page of files', () => {
  it('is asked for in either spelling', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const names = [(await uploaded(user)).name]
    await turn(user)
    names.push((await uploaded(user)).name)
    const seen: string[] = []
    for (let token = ''; ;) {
      const answer = await ask(user, 'GET', `/v1beta/files?page_size=1&page_token=${token}`)
      const page = await answer.json<{ files: { name: string }[]; nextPageToken?: string }>()
      seen.push(...page.files.map(({ name }) => name))
      if (page.nextPageToken === undefined) break
      token = page.nextPageToken
    }
    expect(seen.toSorted()).toEqual(names.toSorted())
  })

  it.each(['pageSize=x', 'page_size=1.5', 'pageSize=-1', 'pageSize=1e3', 'page_token=x'])(
    'with %s is refused',
    async (query) => {
      const user = await givenUser()
      const answer = await ask(user, 'GET', `/v1beta/files?${query}`)
      expect(answer.status).toBe(400)
      const { error } = await answer.json<NativeResponse>()
      expect(error?.message).toMatch(/^Invalid value for 'page(?:Size|Token)'/)
    },
  )
})

describe('an upload', () => {
  it.each([
    [{ 'x-goog-upload-protocol': 'multipart', 'x-goog-upload-command': 'start' }, 'protocol'],
    [{ 'x-goog-upload-protocol': 'raw' }, 'protocol'],
    [{ 'content-type': 'multipart/related; boundary=b' }, 'protocol'],
    [
      { 'x-goog-upload-protocol': 'resumable', 'x-goog-upload-command': 'start, upload, finalize' },
      'command',
    ],
  ])(
    'that brings its bytes at once is refused before they are damaged: %j',
    async (headers, name) => {
      const user = await givenUser()
      const answer = await fetchPollux('/upload/v1beta/files?uploadType=multipart', {
        method: 'POST',
        headers: { 'x-goog-api-key': user.key, ...headers },
        body: new Uint8Array([0xff, 0xfe, 0]),
      })
      expect(answer.status).toBe(400)
      const { error } = await answer.json<NativeResponse>()
      expect(error?.message).toContain(`x-goog-upload-${name}`)
      expect(await lastOf(user)).toBeUndefined()
    },
  )
})

describe('a file that Google made', () => {
  it.each(['/v1beta', '/download/v1beta', '/download/v1'])('is downloaded at %s', async (root) => {
    const user = await givenUser(['api_key', 'api_key'])
    const text = JSON.stringify({ request: NATIVE_BODY })
    const { name: fileName } = await uploaded(user, {}, { type: 'application/jsonl', text })
    const body = { batch: { input_config: { file_name: fileName } } }
    const made = await native(user.key, body, { method: 'batchGenerateContent' })
    const { name } = await made.json<{ name: string }>()
    await turn(user)
    await ask(user, 'GET', `/v1beta/${name}`)
    const over = await ask(user, 'GET', `/v1beta/${name}`)
    const { response } = await over.json<{ response: { responsesFile: string } }>()
    const answer = await ask(user, 'GET', `${root}/${response.responsesFile}:download?alt=media`)
    expect(answer.status).toBe(200)
    const content = await answer.text()
    expect(content).toContain('You said: Hello there')
    const path = `${root}/${response.responsesFile}:download?alt=media`
    const part = await fetchPollux(path, {
      headers: { 'x-goog-api-key': user.key, range: 'bytes=2-9' },
    })
    expect(part.status).toBe(206)
    expect(part.headers.get('content-range')).toBe(`bytes 2-9/${content.length}`)
    expect(await part.text()).toBe(content.slice(2, 10))
    await settledStats(user)
  })
})

describe('Vertex AI’s things', () => {
  it.each([
    ['GET', '/v1beta1/projects/p/locations/l/cachedContents', 501, 'cachedContents'],
    ['POST', '/v1/projects/p/locations/l/batchPredictionJobs', 501, 'batchPredictionJobs'],
    ['GET', '/v1beta1/projects/undefined/locations/undefined/cachedContents/c1', 400, 'vertexai'],
    [
      'DELETE',
      '//v1beta1/projects/undefined/locations/undefined/cachedContents/c1',
      400,
      'vertexai',
    ],
    ['POST', '/v1beta1/cachedContents', 501, 'cachedContents'],
    ['GET', '/v1beta1/batchPredictionJobs', 501, 'batchPredictionJobs'],
    ['GET', '/v1beta1/tuningJobs', 501, 'tuningJobs'],
    ['POST', '/v1beta/files:register', 501, 'files:register'],
  ])('are told of in words: %s %s', async (method, path, status, words) => {
    const user = await givenUser()
    const answer = await ask(user, method, path)
    expect(answer.status).toBe(status)
    const { error } = await answer.json<NativeResponse>()
    expect(error).toMatchObject({ code: status })
    expect(error?.message).toContain(words)
  })

  it.each(['generateContent', 'streamGenerateContent', 'countTokens'])(
    'of no project are refused by name: %s',
    async (method) => {
      const user = await givenUser(['service_account'])
      const cached_content = 'projects/undefined/locations/undefined/cachedContents/c1'
      const answer = await native(user.key, { ...NATIVE_BODY, cached_content }, { method })
      expect(answer.status).toBe(400)
      const { error } = await answer.json<NativeResponse>()
      expect(error?.message).toContain("'cached_content': the name is of no project")
    },
  )
})
