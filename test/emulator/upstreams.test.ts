import { describe, expect, it } from 'vitest'
import { HELLO, eventsOf, useGoogle } from './google.ts'

const google = await useGoogle()
const VERTEX = '/v1/projects/p1/locations/us-central1/publishers/google/models'

describe('Gemini API', () => {
  const path = '/v1beta/models/gemini-2.5-flash:generateContent'

  it('echoes with index, version and counts that add up', async () => {
    const { handle } = await google.control.registerApiKey()
    const response = await google.post(path, HELLO, { 'x-goog-api-key': handle })
    expect(response.status).toBe(200)
    const body = (await response.json()) as { usageMetadata: Record<string, number> }
    expect(body).toMatchObject({
      candidates: [
        {
          index: 0,
          finishReason: 'STOP',
          content: { role: 'model', parts: [{ text: 'You said: hello world' }] },
        },
      ],
      modelVersion: 'gemini-2.5-flash',
    })
    expect(body).not.toHaveProperty('createTime')
    const {
      promptTokenCount = 0,
      candidatesTokenCount = 0,
      thoughtsTokenCount = 0,
    } = body.usageMetadata
    expect(body.usageMetadata['totalTokenCount']).toBe(
      promptTokenCount + candidatesTokenCount + thoughtsTokenCount,
    )
  })

  it('takes the key from the query too', async () => {
    const { handle } = await google.control.registerApiKey()
    expect((await google.post(`${path}?key=${handle}`, HELLO)).status).toBe(200)
    const [call] = await google.control.calls()
    expect(call?.path).not.toContain(handle)
  })

  it('answers 400 to an unknown key and 403 to none', async () => {
    const unknown = await google.post(path, HELLO, { 'x-goog-api-key': 'nobody' })
    expect(await google.errorOf(unknown)).toMatchObject({
      code: 400,
      message: 'API key not valid. Please pass a valid API key.',
      status: 'INVALID_ARGUMENT',
      details: [
        {
          reason: 'API_KEY_INVALID',
          domain: 'googleapis.com',
          metadata: { service: 'generativelanguage.googleapis.com' },
        },
        { '@type': 'type.googleapis.com/google.rpc.LocalizedMessage' },
      ],
    })
    const missing = await google.errorOf(await google.post(path, HELLO))
    expect(missing.code).toBe(403)
    expect(missing.message).toContain("Method doesn't allow unregistered callers")
  })

  it('streams usage in every chunk, and a JSON array without alt=sse', async () => {
    const { handle } = await google.control.registerApiKey()
    const headers = { 'x-goog-api-key': handle }
    const method = '/v1beta/models/gemini-2.5-flash:streamGenerateContent'
    const sse = await google.post(`${method}?alt=sse`, HELLO, headers)
    expect(sse.headers.get('content-type')).toBe('text/event-stream')
    const events = eventsOf(await sse.text())
    expect(events).toHaveLength(4)
    for (const event of events) expect(event).toHaveProperty('usageMetadata.promptTokenCount')
    expect(events.filter((event) => JSON.stringify(event).includes('finishReason'))).toHaveLength(1)
    const array = await google.post(method, HELLO, headers)
    expect(await array.json()).toHaveLength(4)
  })

  it('lists models by page and routes retired ones to another', async () => {
    const { handle } = await google.control.registerApiKey()
    const headers = { 'x-goog-api-key': handle }
    const list = await fetch(`${google.url}/v1beta/models?pageSize=2`, { headers })
    const page = (await list.json()) as { models: { name: string }[]; nextPageToken: string }
    expect(page.models).toHaveLength(2)
    expect(page.nextPageToken).toBe('2')
    const one = await fetch(`${google.url}/v1beta/models/gemini-2.5-pro`, { headers })
    expect(await one.json()).toMatchObject({ name: 'models/gemini-2.5-pro', thinking: true })
    const routed = await google.post(
      '/v1beta/models/gemini-flash-latest:generateContent',
      HELLO,
      headers,
    )
    expect(await routed.json()).toMatchObject({ modelVersion: 'gemini-3.8-flash' })
  })

  it('counts tokens in both forms', async () => {
    const { handle } = await google.control.registerApiKey()
    const method = '/v1beta/models/gemini-2.5-flash:countTokens'
    for (const body of [
      HELLO,
      { generateContentRequest: { model: 'models/gemini-2.5-flash', ...HELLO } },
    ]) {
      const response = await google.post(method, body, { 'x-goog-api-key': handle })
      expect(await response.json()).toMatchObject({
        totalTokens: 3,
        promptTokensDetails: [{ modality: 'TEXT', tokenCount: 3 }],
      })
    }
  })
})

describe('Vertex AI', () => {
  it('streams usage in the last chunk only, without index', async () => {
    const headers = await google.bearer()
    const response = await google.post(
      `${VERTEX}/gemini-2.5-pro:streamGenerateContent?alt=sse`,
      HELLO,
      headers,
    )
    const events = eventsOf(await response.text())
    expect(events[0]).toMatchObject({ usageMetadata: { trafficType: 'ON_DEMAND' } })
    expect(events[0]).not.toHaveProperty('usageMetadata.promptTokenCount')
    expect(events[0]).not.toHaveProperty('candidates.0.index')
    expect(events.at(-1)).toHaveProperty('usageMetadata.totalTokenCount')
    expect(events[0]).toHaveProperty('createTime')
  })

  it.each([
    ['no bearer', {}, 401, 'Request is missing required authentication credential.'],
    ['an API key', { 'x-goog-api-key': 'k' }, 401, 'API keys are not supported by this API.'],
  ])('refuses %s', async (_, headers, code, start) => {
    const error = await google.errorOf(
      await google.post(`${VERTEX}/gemini-2.5-pro:generateContent`, HELLO, headers),
    )
    expect(error.code).toBe(code)
    expect(error.message.startsWith(start)).toBe(true)
  })

  it("refuses somebody else's project", async () => {
    const headers = await google.bearer({ project: 'p2' })
    const response = await google.post(`${VERTEX}/gemini-2.5-pro:generateContent`, HELLO, headers)
    expect((await google.errorOf(response)).message).toBe(
      'Permission denied on resource project p1.',
    )
  })

  it('takes an API key in express mode', async () => {
    const { handle } = await google.control.registerApiKey()
    const path = '/v1beta1/publishers/google/models/gemini-2.5-flash:generateContent'
    expect((await google.post(path, HELLO, { 'x-goog-api-key': handle })).status).toBe(200)
    const refused = await google.errorOf(await google.post(path, HELLO, { 'x-goog-api-key': 'x' }))
    expect(refused.details?.[0]).toMatchObject({
      metadata: { service: 'aiplatform.googleapis.com' },
    })
  })
})

describe('unknown models and paths', () => {
  it.each(['predict', 'predictLongRunning'])('knows no model for %s', async (method) => {
    const { handle } = await google.control.registerApiKey()
    const path = `/v1alpha/models/gemini-2.5-flash:${method}`
    const response = await google.post(path, {}, { 'x-goog-api-key': handle })
    expect(await google.errorOf(response)).toMatchObject({
      code: 404,
      status: 'NOT_FOUND',
      message: `models/gemini-2.5-flash is not found for API version v1alpha, or is not supported for ${method}. Call ListModels to see the list of available models and their supported methods.`,
    })
  })

  it('says it in the words of each upstream', async () => {
    const key = await google.control.registerApiKey()
    const bearer = await google.bearer()
    const gemini = await google.post('/v1beta/models/nope:generateContent', HELLO, {
      'x-goog-api-key': key.handle,
    })
    expect(await google.errorOf(gemini)).toMatchObject({
      code: 404,
      message:
        'models/nope is not found for API version v1beta, or is not supported for generateContent. ' +
        'Call ListModels to see the list of available models and their supported methods.',
    })
    // Previews are served only in `global`.
    const vertex = await google.post(
      `${VERTEX}/gemini-3.1-pro-preview:generateContent`,
      HELLO,
      bearer,
    )
    expect((await google.errorOf(vertex)).message).toContain(
      'Publisher Model `projects/p1/locations/us-central1/publishers/google/models/gemini-3.1-pro-preview` was not found',
    )
    const envelope = { model: 'nope', project: 'p1', request: HELLO }
    const codeAssist = await google.post('/v1internal:generateContent', envelope, bearer)
    expect((await google.errorOf(codeAssist)).message).toBe('Requested entity was not found.')
  })

  it.each([
    '/v1beta/models/gemini-2.5-flash:nothing',
    '/v1internal:embedContent',
    '/v9/models/x:generateContent',
  ])('answers %s with the HTML 404 of the front end', async (path) => {
    const response = await google.post(path, HELLO)
    expect(response.status).toBe(404)
    expect(response.headers.get('content-type')).toContain('text/html')
  })
})
