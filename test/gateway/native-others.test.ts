/**
 * Other calls of Google's clients about models: counts, vectors and lists. Also what clients are told of calls that
 * Pollux does not support.
 */
import { describe, expect, it } from 'vitest'
import {
  configure,
  fetchPollux,
  givenUser,
  google,
  MODEL,
  settledStats,
} from '../support/pollux.ts'
import { native, NATIVE_BODY, type NativeResponse } from '../support/native.ts'

const KINDS = ['api_key', 'authorized_user', 'service_account'] as const
const EMBEDDING = 'gemini-embedding-001'

function get(path: string, key: string): Promise<Response> {
  return fetchPollux(path, { headers: { 'x-goog-api-key': key } })
}

describe('countTokens', () => {
  it.each(KINDS)('counts contents, by %s', async (kind) => {
    const user = await givenUser([kind])
    const answer = await native(user.key, NATIVE_BODY, { method: 'countTokens' })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ totalTokens: expect.any(Number) })
    const stats = await settledStats(user)
    // Google bills no counts, so this is no attempt whose cost is not known.
    expect(stats.ring.credentials[0]).toMatchObject({
      attempts: { ok: 1 },
      cost: { usd: 0, unpriced: 0 },
    })
  })

  it.each(KINDS)('counts a whole request, by %s', async (kind) => {
    const user = await givenUser([kind])
    const body = {
      generateContentRequest: {
        model: `models/${MODEL}`,
        ...NATIVE_BODY,
        systemInstruction: { parts: [{ text: 'Be brief.' }] },
      },
    }
    const answer = await native(user.key, body, { method: 'countTokens' })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ totalTokens: expect.any(Number) })
    await settledStats(user)
  })

  it.each(KINDS)('counts a request with settings that are not counted, by %s', async (kind) => {
    const user = await givenUser([kind])
    const generateContentRequest = {
      model: `models/${MODEL}`,
      ...NATIVE_BODY,
      system_instruction: { parts: [{ text: 'Be brief.' }] },
      tools: [{ functionDeclarations: [{ name: 'f' }] }],
      safety_settings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }],
      toolConfig: { functionCallingConfig: { mode: 'AUTO' } },
      labels: { a: 'b' },
    }
    const answer = await native(user.key, { generateContentRequest }, { method: 'countTokens' })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ totalTokens: expect.any(Number) })
    await settledStats(user)
  })

  it('names the model of an alias', async () => {
    const user = await givenUser()
    await configure(user, { aliases: { mine: MODEL } })
    const generateContentRequest = { model: 'models/mine', ...NATIVE_BODY }
    const answer = await native(
      user.key,
      { generateContentRequest },
      { method: 'countTokens', model: 'mine' },
    )
    expect(answer.status).toBe(200)
    await settledStats(user)
  })
})

describe('embeddings', () => {
  it.each(['api_key', 'service_account'] as const)('come one by one, from %s', async (kind) => {
    const user = await givenUser([kind])
    const body = { content: { parts: [{ text: 'a' }] } }
    const answer = await native(user.key, body, { model: EMBEDDING, method: 'embedContent' })
    expect(answer.status).toBe(200)
    const { embedding } = await answer.json<{ embedding: { values: number[] } }>()
    expect(embedding.values.length).toBeGreaterThan(100)
    await settledStats(user)
  })

  it.each(['api_key', 'service_account'] as const)('come in batches, from %s', async (kind) => {
    const user = await givenUser([kind])
    const requests = ['a', 'b'].map((text) => ({
      model: `models/${EMBEDDING}`,
      content: { parts: [{ text }] },
      outputDimensionality: 768,
    }))
    const asking = { model: EMBEDDING, method: 'batchEmbedContents' }
    const answer = await native(user.key, { requests }, asking)
    expect(answer.status).toBe(200)
    const { embeddings } = await answer.json<{ embeddings: { values: number[] }[] }>()
    expect(embeddings.map(({ values }) => values.length)).toEqual([768, 768])
    await settledStats(user)
  })

  it.each([
    { taskType: 'RETRIEVAL_DOCUMENT', outputDimensionality: 768 },
    { taskType: 'retrieval_document', outputDimensionality: '768' },
    { task_type: 2, output_dimensionality: 768 },
  ])('have the options of %j, from Vertex AI', async (options) => {
    const user = await givenUser(['service_account'])
    const body = { content: { parts: [{ text: 'a' }] }, ...options }
    const answer = await native(user.key, body, { model: EMBEDDING, method: 'embedContent' })
    expect(answer.status).toBe(200)
    const { embedding } = await answer.json<{ embedding: { values: number[] } }>()
    expect(embedding.values).toHaveLength(768)
    const calls = await google.calls({ credential: user.credentials[0]?.handle ?? '' })
    expect(calls.at(-1)?.body).toMatchObject({
      instances: [{ content: 'a', task_type: 'RETRIEVAL_DOCUMENT' }],
    })
    await settledStats(user)
  })

  it('are as many as requests, not as texts', async () => {
    const user = await givenUser()
    const model = 'gemini-embedding-2'
    const parts = [{ text: 'a' }, { text: 'b' }]
    const requests = [{ model: `models/${model}`, content: { parts } }]
    const answer = await native(user.key, { requests }, { model, method: 'batchEmbedContents' })
    expect(answer.status).toBe(200)
    expect((await answer.json<{ embeddings: object[] }>()).embeddings).toHaveLength(1)
    await settledStats(user)
  })

  it.each([
    [{ content: { parts: [{ text: 'a' }] }, title: 'T' }, 'embedContent', ': title.'],
    [{ content: { parts: [{ text: 'a' }, { text: 'b' }] } }, 'embedContent', ': content.'],
    [
      { requests: [{ content: { parts: [{ text: 'a' }] }, title: 'T' }] },
      'batchEmbedContents',
      ': requests[0].title.',
    ],
  ])('that no credential can make name the field: %j', async (body, method, field) => {
    const user = await givenUser(['service_account'])
    const answer = await native(user.key, body, { model: EMBEDDING, method })
    expect(answer.status).toBe(400)
    expect((await answer.json<NativeResponse>()).error?.message).toContain(field)
  })

  it.each([[{}], [{ requests: [] }], [{ requests: 'x' }], [{ requests: [1] }]])(
    'of %j are refused',
    async (body) => {
      const user = await givenUser()
      const asking = { model: EMBEDDING, method: 'batchEmbedContents' }
      const answer = await native(user.key, body, asking)
      expect(answer.status).toBe(400)
      expect((await answer.json<NativeResponse>()).error).toMatchObject({ code: 400 })
    },
  )
})

describe('the list of models', () => {
  it.each(['/v1', '/v1beta', '/v1alpha'])('comes page by page at %s', async (version) => {
    const user = await givenUser()
    const names: string[] = []
    for (let token = ''; ;) {
      const answer = await get(`${version}/models?pageSize=5&pageToken=${token}`, user.key)
      const page = await answer.json<{ models: { name: string }[]; nextPageToken?: string }>()
      expect(page.models.length).toBeLessThanOrEqual(5)
      names.push(...page.models.map(({ name }) => name))
      if (page.nextPageToken === undefined) break
      token = page.nextPageToken
    }
    expect(names).toContain(`models/${MODEL}`)
    expect(new Set(names).size).toBe(names.length)
  })

  it('is that of the family whose place the key has', async () => {
    const user = await givenUser()
    const openai = await fetchPollux('/v1/models', {
      headers: { authorization: `Bearer ${user.key}` },
    })
    expect(await openai.json()).toMatchObject({ object: 'list' })
    const inQuery = await fetchPollux(`/v1/models/${MODEL}?key=${user.key}`)
    expect(await inQuery.json()).toMatchObject({
      name: `models/${MODEL}`,
      inputTokenLimit: expect.any(Number),
      supportedGenerationMethods: expect.arrayContaining(['generateContent']),
    })
  })

  it.each(['pageSize=-1', 'pageSize=x', 'pageToken=x'])('with %s is refused', async (query) => {
    const user = await givenUser()
    const answer = await get(`/v1beta/models?${query}`, user.key)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: { status: 'INVALID_ARGUMENT' } })
  })

  it('does not know what it has not', async () => {
    const user = await givenUser()
    const answer = await get('/v1beta/models/gemini-none', user.key)
    expect(answer.status).toBe(404)
    const { error } = await answer.json<NativeResponse>()
    expect(error?.message).toMatch(/^models\/gemini-none is not found for API version v1beta/)
  })
})

describe('what is not served', () => {
  it.each([
    ['GET', '//ws/google.ai.generativelanguage.v1.GenerativeService.BidiGenerateContent'],
    ['GET', '/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent'],
    ['POST', '/v1alpha/auth_tokens'],
    ['POST', '/v1beta/tunedModels/mine:generateContent'],
    ['GET', '/v1beta/tunedModels'],
    ['POST', '/v1beta/fileSearchStores'],
    ['POST', '/upload/v1beta/fileSearchStores/s:uploadToFileSearchStore'],
    ['GET', '/v1beta/agents'],
    ['POST', '/v1/decisions'],
    ['POST', '/v1beta/decisions'],
    ['GET', '/v1/webhooks'],
    ['POST', `/v1beta/models/${MODEL}:predict`],
    ['POST', '/v1beta1/projects/p/locations/l/publishers/google/models/x:predict'],
  ])('is said so in the form of Google: %s %s', async (method, path) => {
    const user = await givenUser()
    const answer = await fetchPollux(path, { method, headers: { 'x-goog-api-key': user.key } })
    expect(answer.status).toBe(501)
    expect(await answer.json()).toMatchObject({ error: { code: 501, status: 'UNIMPLEMENTED' } })
  })

  it.each([
    `/v1beta/v1beta/models/${MODEL}:generateContent`,
    '/v1beta/upload/v1beta/files',
    '/upload/v1beta/v1beta/files',
    '/v1/v1beta/interactions',
  ])('tells whose base URL has the version twice: %s', async (path) => {
    const answer = await fetchPollux(path, { method: 'POST', headers: { 'x-goog-api-key': 'k' } })
    expect(answer.status).toBe(404)
    expect((await answer.json<NativeResponse>()).error?.message).toContain('base URL')
  })

  it('knows a model that is not there in the words that the CLI reads', async () => {
    const user = await givenUser()
    const answer = await native(user.key, NATIVE_BODY, { model: 'gemini-none' })
    expect(answer.status).toBe(404)
    const { error } = await answer.json<NativeResponse>()
    expect(error?.message).toMatch(/^models\/gemini-none is not found for API version v1beta/)
    await settledStats(user)
  })
})
