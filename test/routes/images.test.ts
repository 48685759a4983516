import { describe, expect, it } from 'vitest'
import {
  callsOf,
  type ErrorBody,
  givenUser,
  google,
  post,
  settledStats,
  type User,
} from '../support/pollux.ts'

const MODEL = 'gemini-3.1-flash-image'

interface Images {
  readonly created: number
  readonly data: { readonly b64_json?: string; readonly url?: string }[]
  readonly usage: { readonly total_tokens: number }
}

function ask(user: User, body: object): Promise<Response> {
  return post('/v1/images/generations', user.key, { model: MODEL, prompt: 'A cat', ...body })
}

function configOf(call: { readonly body?: unknown } | undefined): unknown {
  const body = call?.body as { generationConfig?: { imageConfig?: object } } | undefined
  return body?.generationConfig?.imageConfig
}

describe('POST /v1/images/generations', () => {
  it.each(['api_key', 'service_account'] as const)('draws through %s', async (kind) => {
    const answer = await ask(await givenUser([kind]), {})
    expect(answer.status).toBe(200)
    const { created, data, usage } = await answer.json<Images>()
    expect(created).toBeGreaterThan(1_700_000_000)
    expect(data).toEqual([{ b64_json: expect.stringMatching(/^iVBOR/) }])
    expect(usage.total_tokens).toBeGreaterThan(0)
  })

  it('answers a data URL where a URL is asked for', async () => {
    const answer = await ask(await givenUser(), { response_format: 'url' })
    const { data } = await answer.json<Images>()
    expect(data[0]?.url).toMatch(/^data:image\/png;base64,iVBOR/)
  })

  it('draws n, as one request', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const credential = user.credentials[0]?.handle ?? ''
    await google.script({ credential, reply: {} })
    await google.script({ credential, reply: { error: 'gemini_429_minute' } })
    const answer = await ask(user, { n: 3 })
    expect((await answer.json<Images>()).data).toHaveLength(3)
    expect(answer.headers.get('x-pollux-attempts')).toBe('4')
    const { requests, ledger } = await settledStats(user)
    expect(requests).toMatchObject({ total: 1, ok: 1 })
    expect(ledger).toEqual({ granted: 4, settled: 4, open: 0, holds: true })
  })

  it.each([
    ['1024x1024', { aspectRatio: '1:1' }],
    ['1792x1024', { aspectRatio: '16:9' }],
    ['1024x1536', { aspectRatio: '2:3' }],
    ['2048x2048', { aspectRatio: '1:1', imageSize: '2K' }],
    ['3840x2160', { aspectRatio: '16:9', imageSize: '4K' }],
    ['auto', undefined],
    ['16:9', { aspectRatio: '16:9' }],
    ['2k', { imageSize: '2K' }],
    ['512', { imageSize: '512' }],
  ])('draws %s as %j', async (size, config) => {
    const user = await givenUser()
    expect((await ask(user, { size })).status).toBe(200)
    const [call] = await callsOf(user.credentials[0]?.handle ?? '')
    expect(configOf(call)).toEqual(config)
  })

  const WIDE = { aspectRatio: '16:9', imageSize: '4K' }
  it.each<[object, object]>([
    [{ aspect_ratio: '4:1' }, { aspectRatio: '4:1' }],
    [
      { aspectRatio: '4:1', image_size: '2k' },
      { aspectRatio: '4:1', imageSize: '2K' },
    ],
    [{ image_config: { aspect_ratio: '16:9', image_size: '4K' } }, WIDE],
    [{ imageConfig: { aspectRatio: '16:9' }, imageSize: '4K' }, WIDE],
    [
      { size: '2048x2048', aspect_ratio: '16:9' },
      { aspectRatio: '16:9', imageSize: '2K' },
    ],
    [{ google: { image_config: { ...WIDE } }, image_config: { image_size: '1K' } }, WIDE],
    [{ extra_body: { google: { image_config: WIDE } }, aspect_ratio: '1:1' }, WIDE],
    [{ image_config: null, aspect_ratio: null, google: null, extra_body: null }, {}],
  ])('reads %j in Gemini’s words', async (body, config) => {
    const user = await givenUser()
    const answer = await ask(user, body)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-pollux-ignored')).toBeNull()
    const [call] = await callsOf(user.credentials[0]?.handle ?? '')
    expect(configOf(call) ?? {}).toEqual(config)
  })

  it.each([
    [{ size: '2048x2048' }, 'size'],
    [{ image_config: { image_size: '2K', aspect_ratio: '1:1' } }, 'image_config.image_size'],
  ])('says that a model of one size ignores that of %j', async (body, name) => {
    const user = await givenUser()
    const answer = await ask(user, { model: 'gemini-2.5-flash-image', ...body })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-pollux-ignored')).toBe(name)
    const [call] = await callsOf(user.credentials[0]?.handle ?? '')
    expect(configOf(call)).toEqual({ aspectRatio: '1:1' })
  })

  it('asks once more after an answer that says nothing', async () => {
    const user = await givenUser()
    const credential = user.credentials[0]?.handle ?? ''
    await google.script({ credential, reply: {} })
    await google.script({ credential, reply: { parts: [], finishReason: 'NO_IMAGE' } })
    const answer = await ask(user, { n: 2 })
    expect((await answer.json<Images>()).data).toHaveLength(2)
    const { requests, ledger } = await settledStats(user)
    expect(requests).toMatchObject({ total: 1, ok: 1 })
    expect(ledger).toEqual({ granted: 3, settled: 3, open: 0, holds: true })
  })

  it('tells a prompt that Google does not draw', async () => {
    const user = await givenUser()
    const credential = user.credentials[0]?.handle ?? ''
    await google.script({ credential, reply: { text: '', finishReason: 'IMAGE_SAFETY' } })
    const answer = await ask(user, {})
    expect(answer.status).toBe(400)
    expect((await answer.json<ErrorBody>()).error).toMatchObject({
      code: 'content_policy_violation',
      param: 'prompt',
    })
  })

  it.each(['OTHER', 'IMAGE_OTHER', 'MALFORMED_RESPONSE', 'MAX_TOKENS', 'SOMETHING_NEW'])(
    'takes %s for no filter, since another prompt would change nothing',
    async (finishReason) => {
      const user = await givenUser()
      const credential = user.credentials[0]?.handle ?? ''
      const reply = { text: 'Hm', finishReason }
      await google.script({ credential, times: 0, reply })
      for (const n of [1, 2]) {
        const answer = await ask(user, { n })
        expect(answer.status).toBe(502)
        expect((await answer.json<ErrorBody>()).error.message).toContain(`(${finishReason})`)
      }
    },
  )

  it.each(['MODEL_ARMOR', 'IMAGE_RECITATION', 'SPII'])('takes %s for a filter', async (reason) => {
    const user = await givenUser()
    const credential = user.credentials[0]?.handle ?? ''
    for (const reply of [{ text: 'Hm', finishReason: reason }, { blockReason: reason }]) {
      await google.script({ credential, reply })
      const answer = await ask(user, {})
      expect(answer.status).toBe(400)
      expect((await answer.json<ErrorBody>()).error.code).toBe('content_policy_violation')
    }
  })

  it('takes an answer without an image for a failure', async () => {
    const user = await givenUser()
    const credential = user.credentials[0]?.handle ?? ''
    await google.script({ credential, times: 0, reply: { text: 'No.' } })
    expect((await ask(user, {})).status).toBe(502)
    expect((await settledStats(user)).requests).toMatchObject({ failed: 1 })
  })

  it.each([
    ['no prompt', { prompt: undefined }, 'missing_required_parameter', 'prompt'],
    ['an empty prompt', { prompt: '' }, 'invalid_value', 'prompt'],
    ['11 images', { n: 11 }, 'invalid_value', 'n'],
    ['a size of no ratio', { size: '1024x100' }, 'invalid_value', 'size'],
    ['a size of nothing', { size: '0x00' }, 'invalid_value', 'size'],
    ['a size in words', { size: 'large' }, 'invalid_value', 'size'],
    ['another ratio', { aspect_ratio: '7:3' }, 'invalid_value', 'aspect_ratio'],
    [
      'pixels for a size of Gemini’s',
      { image_config: { image_size: '512px' } },
      'invalid_value',
      'image_config.image_size',
    ],
    ['another form', { response_format: 'file' }, 'invalid_value', 'response_format'],
    ['another format', { output_format: 'webp' }, 'invalid_value', 'output_format'],
    ['a stream', { stream: true }, 'invalid_value', 'stream'],
    ['a model that does not draw', { model: 'gemini-2.5-flash' }, 'invalid_value', 'model'],
  ])('refuses %s', async (_, body, code, param) => {
    const user = await givenUser()
    const answer = await ask(user, body)
    expect(answer.status).toBe(400)
    expect((await answer.json<ErrorBody>()).error).toMatchObject({ code, param })
    expect(await callsOf(user.credentials[0]?.handle ?? '')).toEqual([])
  })
})
