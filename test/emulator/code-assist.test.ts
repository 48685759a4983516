import { describe, expect, it } from 'vitest'
import { HELLO, eventsOf, useGoogle } from './google.ts'

const google = await useGoogle()
const ENVELOPE = { model: 'gemini-2.5-pro', project: 'p1', request: HELLO }

describe('generation', () => {
  it('wraps the Vertex dialect and tells a trace id', async () => {
    const headers = await google.bearer()
    const body = { ...ENVELOPE, user_prompt_id: 'x', request: { ...HELLO, session_id: 's' } }
    const response = await google.post('/v1internal:generateContent', body, headers)
    const answer = (await response.json()) as { traceId: string }
    expect(answer).toMatchObject({ response: { usageMetadata: { trafficType: 'ON_DEMAND' } } })
    expect(response.headers.get('x-cloudaicompanion-trace-id')).toBe(answer.traceId)
    const stream = await google.post('/v1internal:streamGenerateContent?alt=sse', body, headers)
    for (const event of eventsOf(await stream.text())) {
      expect(Object.keys(event)).toEqual(['response', 'traceId'])
    }
  })

  it('refuses unknown names in the envelope, labelled as a stream on the stream method', async () => {
    const headers = await google.bearer()
    const response = await google.post(
      '/v1internal:streamGenerateContent?alt=sse',
      { ...ENVELOPE, contents: [] },
      headers,
    )
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(await google.errorOf(response)).toMatchObject({
      code: 400,
      message: 'Invalid JSON payload received. Unknown name "contents": Cannot find field.',
    })
  })

  it('wraps errors in an array without alt=sse', async () => {
    const headers = await google.bearer()
    const response = await google.post('/v1internal:streamGenerateContent', { x: 1 }, headers)
    expect(await response.json()).toMatchObject([{ error: { code: 400 } }])
  })

  it.each([
    ['model', { project: 'p1', request: HELLO }],
    ['project', { model: 'gemini-2.5-pro', request: HELLO }],
  ])('needs a %s', async (_, body) => {
    const response = await google.post('/v1internal:generateContent', body, await google.bearer())
    expect((await google.errorOf(response)).message).toBe('Request contains an invalid argument.')
  })

  it.each([
    ['consumer', 'SUBSCRIPTION_REQUIRED'],
    ['validation_required', 'VALIDATION_REQUIRED'],
    ['not_onboarded', 'SUBSCRIPTION_REQUIRED'],
  ] as const)('refuses a user who is %s', async (persona, reason) => {
    const headers = await google.bearer({ persona })
    const error = await google.errorOf(
      await google.post('/v1internal:generateContent', ENVELOPE, headers),
    )
    expect(error).toMatchObject({
      code: 403,
      status: 'PERMISSION_DENIED',
      details: [{ reason }, {}],
    })
  })
})

describe('countTokens', () => {
  it('takes the model inside and refuses it outside', async () => {
    const headers = await google.bearer()
    const request = { model: 'models/gemini-2.5-pro', ...HELLO }
    const good = await google.post('/v1internal:countTokens', { request }, headers)
    expect(await good.json()).toEqual({ totalTokens: 3 })
    const bad = await google.post(
      '/v1internal:countTokens',
      { request, project: 'p1', model: 'gemini-2.5-pro' },
      headers,
    )
    expect((await google.errorOf(bad)).message).toBe(
      'Invalid JSON payload received. Unknown name "project": Cannot find field.\n' +
        'Invalid JSON payload received. Unknown name "model": Cannot find field.',
    )
  })
})

describe('set-up', () => {
  it.each([
    ['licensed', { currentTier: { id: 'standard-tier' }, cloudaicompanionProject: 'p1' }],
    ['no_project', { currentTier: { id: 'standard-tier' } }],
    ['consumer', { ineligibleTiers: [{ reasonCode: 'UNSUPPORTED_CLIENT' }] }],
    ['validation_required', { ineligibleTiers: [{ reasonCode: 'VALIDATION_REQUIRED' }] }],
    ['not_onboarded', { allowedTiers: [{ id: 'standard-tier', isDefault: true }] }],
  ] as const)('loads a user who is %s', async (persona, expected) => {
    const headers = await google.bearer(
      persona === 'licensed' ? { persona, project: 'p1' } : { persona },
    )
    const metadata = { ideType: 'IDE_UNSPECIFIED', pluginType: 'GEMINI' }
    const response = await google.post('/v1internal:loadCodeAssist', { metadata }, headers)
    const body: unknown = await response.json()
    expect(body).toMatchObject(expected)
    const hasTier = persona === 'licensed' || persona === 'no_project'
    expect(Object.hasOwn(Object(body), 'currentTier')).toBe(hasTier)
  })

  it('onboards by a long-running operation, done after as many polls as scripted', async () => {
    const headers = await google.bearer({ persona: 'not_onboarded' })
    await google.control.script({ method: 'onboardUser', reply: { polls: 2 } })
    const body = { tierId: 'standard-tier', cloudaicompanionProject: 'p1', metadata: {} }
    const started = await google.post('/v1internal:onboardUser', body, headers)
    expect(await started.json()).toEqual({ name: 'operations/ca-op-1' })
    const poll = () => fetch(`${google.url}/v1internal/operations/ca-op-1`, { headers })
    expect(await (await poll()).json()).toEqual({ name: 'operations/ca-op-1' })
    expect(await (await poll()).json()).toMatchObject({
      done: true,
      response: { cloudaicompanionProject: { id: 'p1' } },
    })
    const loaded = await google.post('/v1internal:loadCodeAssist', {}, headers)
    expect(await loaded.json()).toMatchObject({ cloudaicompanionProject: 'p1' })
    const generated = await google.post('/v1internal:generateContent', ENVELOPE, headers)
    expect(generated.status).toBe(200)
  })

  it('refuses a project for the free tier', async () => {
    const headers = await google.bearer({ persona: 'not_onboarded' })
    const body = { tierId: 'free-tier', cloudaicompanionProject: 'p1' }
    const error = await google.errorOf(await google.post('/v1internal:onboardUser', body, headers))
    expect(error).toMatchObject({
      code: 400,
      status: 'FAILED_PRECONDITION',
      message: 'Precondition check failed.',
    })
  })

  it('tells the quota', async () => {
    const headers = await google.bearer()
    const response = await google.post('/v1internal:retrieveUserQuota', { project: 'p1' }, headers)
    expect(await response.json()).toMatchObject({ buckets: [{ modelId: 'gemini-2.5-pro' }, {}] })
  })
})
