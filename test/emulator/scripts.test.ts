import { describe, expect, it } from 'vitest'
import { PRESETS } from '../../emulator/errors/presets.ts'
import type { PresetName } from '../../emulator/errors/presets.ts'
import type { ErrorSpec, Reply } from '../../emulator/protocol.ts'
import { HELLO, useGoogle } from './google.ts'

const google = await useGoogle()
const PATH = '/v1beta/models/gemini-2.5-flash:generateContent'

async function key(): Promise<string> {
  return (await google.control.registerApiKey()).handle
}

async function say(handle: string, model = 'gemini-2.5-flash'): Promise<string> {
  const path = `/v1beta/models/${model}:generateContent`
  const response = await google.post(path, HELLO, { 'x-goog-api-key': handle })
  const body = (await response.json()) as {
    candidates?: { content: { parts: { text: string }[] } }[]
  }
  return body.candidates?.[0]?.content.parts[0]?.text ?? String(response.status)
}

describe('matching', () => {
  it('uses each script as often as told, oldest first', async () => {
    const mine = await key()
    await google.control.script({ reply: { text: 'first' } })
    await google.control.script({ reply: { text: 'second' }, times: 2 })
    const said = [await say(mine), await say(mine), await say(mine), await say(mine)]
    expect(said).toEqual(['first', 'second', 'second', 'You said: hello world'])
    expect(await google.control.scripts()).toEqual([])
  })

  it('prefers the most specific: credential, then model', async () => {
    const [mine, other] = [await key(), await key()]
    await google.control.script({ times: 0, reply: { text: 'any' } })
    await google.control.script({ times: 0, model: 'gemini-2.5-pro', reply: { text: 'model' } })
    await google.control.script({ times: 0, credential: mine, reply: { text: 'mine' } })
    expect(await say(mine)).toBe('mine')
    expect(await say(mine, 'gemini-2.5-pro')).toBe('mine')
    expect(await say(other, 'gemini-2.5-pro')).toBe('model')
    expect(await say(other)).toBe('any')
  })

  it('is taken back for one credential, or for all', async () => {
    const [mine, other] = [await key(), await key()]
    for (const credential of [mine, other]) {
      await google.control.script({ times: 0, credential, reply: { text: 'scripted' } })
    }
    await google.control.clearScripts(mine)
    expect([await say(mine), await say(other)]).toEqual(['You said: hello world', 'scripted'])
    await google.control.clearScripts()
    expect(await say(other)).toBe('You said: hello world')
  })

  it('is not used up by a refused request, nor by another method', async () => {
    const mine = await key()
    await google.control.script({ reply: { text: 'kept' } })
    await google.post(PATH, { contents: [] }, { 'x-goog-api-key': mine })
    const count = '/v1beta/models/gemini-2.5-flash:countTokens'
    await google.post(count, HELLO, { 'x-goog-api-key': mine })
    expect(await say(mine)).toBe('kept')
  })

  it('tells typos', async () => {
    const bad: unknown[] = [
      { reply: { tekst: 'x' } },
      { replay: {} },
      { reply: { error: 'gemini_429' } },
      { reply: {}, modle: 'x' },
    ]
    for (const script of bad) {
      const response = await google.post('/__emulator/scripts', script)
      expect(response.status).toBe(400)
    }
    expect((await google.post('/__emulator/credentials', { type: 'api_key' })).status).toBe(400)
  })
})

describe('replies', () => {
  async function answer(reply: Reply, model = 'gemini-2.5-flash'): Promise<unknown> {
    const handle = await key()
    await google.control.script({ credential: handle, reply })
    const path = `/v1beta/models/${model}:generateContent`
    return (await google.post(path, HELLO, { 'x-goog-api-key': handle })).json()
  }

  it('gives scripted usage, adding up what is left open and leaving out zeros', async () => {
    const usage = { promptTokenCount: 10, candidatesTokenCount: 0, thoughtsTokenCount: 24 }
    const body = await answer({ parts: [], finishReason: 'MAX_TOKENS', usage })
    expect(body).toMatchObject({
      candidates: [{ content: { role: 'model' }, finishReason: 'MAX_TOKENS' }],
      usageMetadata: { promptTokenCount: 10, thoughtsTokenCount: 24, totalTokenCount: 34 },
    })
    expect(body).not.toHaveProperty('candidates.0.content.parts')
    expect(body).not.toHaveProperty('usageMetadata.candidatesTokenCount')
  })

  it('blocks a prompt', async () => {
    const body = await answer({ blockReason: 'PROHIBITED_CONTENT' })
    expect(body).toMatchObject({ promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } })
    expect(body).not.toHaveProperty('candidates')
  })

  it('gives ids to calls of Gemini 3 only', async () => {
    const parts = [{ functionCall: { name: 'f', args: {} } }]
    const part = 'candidates.0.content.parts.0'
    expect(await answer({ parts }, 'gemini-3.8-flash')).toHaveProperty(`${part}.functionCall.id`)
    expect(await answer({ parts })).not.toHaveProperty(`${part}.functionCall.id`)
  })

  it('passes raw chunks through', async () => {
    expect(await answer({ chunks: [{ anything: 1 }] })).toEqual({ anything: 1 })
  })
})

describe('errors', () => {
  async function fail(error: ErrorSpec): Promise<Response> {
    const handle = await key()
    await google.control.script({ credential: handle, reply: { error } })
    return google.post(PATH, HELLO, { 'x-goog-api-key': handle })
  }

  it.each(Object.keys(PRESETS) as PresetName[])('knows the preset %s', async (preset) => {
    const response = await fail(preset)
    expect(response.status).toBeGreaterThanOrEqual(400)
    const text = await response.text()
    const isHtml = response.headers.get('content-type')?.includes('html')
    const body: unknown = isHtml ? undefined : JSON.parse(text)
    expect(isHtml ? text : Object(body)).toSatisfy((value: unknown) =>
      typeof value === 'string'
        ? value.startsWith('<!DOCTYPE')
        : Object.hasOwn(Object(value), 'error'),
    )
  })

  it('keeps a short RetryInfo beside an exhausted day', async () => {
    const error = await google.errorOf(await fail({ preset: 'gemini_429_day', retryDelay: '7.5s' }))
    expect(error.message).toContain('limit: 20, model: gemini-2.5-flash\nPlease retry in 7.5s.')
    expect(error.details).toMatchObject([
      {},
      { violations: [{ quotaId: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier' }] },
      { retryDelay: '7s' },
    ])
  })

  it('speaks Go durations in Code Assist quotas', async () => {
    const quota = await google.errorOf(await fail('code_assist_429_quota'))
    expect(quota.message).toBe(
      'You have exhausted your capacity on this model. Your quota will reset after 18h12m3s.',
    )
    expect(quota.details).toMatchObject([
      { reason: 'QUOTA_EXHAUSTED', metadata: { quotaResetDelay: '18h12m3.4s' } },
      { retryDelay: '65523.4s' },
    ])
    const short = await google.errorOf(await fail('code_assist_429_short'))
    expect(short.details).toMatchObject([{ metadata: { quotaResetDelay: '539.477544ms' } }, {}])
  })

  it('can use the array form and the legacy list, and raw bodies', async () => {
    const array = await fail({ preset: '429' as PresetName, array: true }).catch(
      (error: unknown) => error,
    )
    expect(String(array)).toContain('unknown preset')
    const listed = await fail({ preset: 'generic_429', array: true, legacy: true })
    expect(await listed.json()).toMatchObject([
      { error: { errors: [{ domain: 'global', reason: 'rateLimitExceeded' }] } },
    ])
    const raw = await fail({ status: 418, body: 'tea', headers: { 'x-a': 'b' } })
    expect([raw.status, await raw.text(), raw.headers.get('x-a')]).toEqual([418, 'tea', 'b'])
  })
})

describe('calls', () => {
  it('records what came, without secrets', async () => {
    const bearer = await google.bearer()
    const path = '/v1/projects/p1/locations/global/publishers/google/models/gemini-2.5-pro'
    await google.post(`${path}:generateContent`, HELLO, { ...bearer, 'user-agent': 'pollux-test' })
    const [call] = await google.control.calls({ upstream: 'vertex', model: 'gemini-2.5-pro' })
    expect(call).toMatchObject({
      method: 'generateContent',
      project: 'p1',
      location: 'global',
      headers: { authorization: 'Bearer', 'user-agent': 'pollux-test' },
      body: HELLO,
      status: 200,
      aborted: false,
      finished: true,
    })
    expect(JSON.stringify(await google.control.calls())).not.toContain('ya29.')
  })

  it('records why a request was refused', async () => {
    const handle = await key()
    await google.post(PATH, { foo: 1 }, { 'x-goog-api-key': handle })
    const [call] = await google.control.calls({ credential: handle })
    expect(call).toMatchObject({ status: 400, body: { foo: 1 } })
    expect(call?.error).toContain('Unknown name "foo"')
  })

  it('forgets a removed credential at once', async () => {
    const handle = await key()
    expect(await say(handle)).toBe('You said: hello world')
    expect(await google.control.removeCredential(handle)).toBe(true)
    expect(await say(handle)).toBe('400')
  })
})
