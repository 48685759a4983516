import { describe, expect, it } from 'vitest'
import { base64, BYTES } from '../support/media.ts'
import {
  callsOf,
  type ErrorBody,
  fetchPollux,
  framesOf,
  givenUser,
  google,
  settledStats,
  type User,
} from '../support/pollux.ts'

const SPEECH = Uint8Array.from([...BYTES.wav, ...new Uint8Array(16_000)])

function send(
  user: User | string,
  fields: Record<string, string | File> = {},
  path = 'transcriptions',
) {
  const form = new FormData()
  const file = new File([SPEECH], 'speech.wav', { type: 'audio/wav' })
  for (const [name, value] of Object.entries({ file, model: 'whisper-1', ...fields })) {
    form.append(name, value)
  }
  const authorization = `Bearer ${typeof user === 'string' ? user : user.key}`
  return fetchPollux(`/v1/audio/${path}`, {
    method: 'POST',
    headers: { authorization },
    body: form,
  })
}

async function says(user: User, text: string): Promise<void> {
  await google.script({ credential: user.credentials[0]?.handle ?? '', reply: { text } })
}

describe('POST /v1/audio/transcriptions', () => {
  it.each(['api_key', 'service_account'] as const)('transcribes (%s)', async (kind) => {
    const user = await givenUser([kind])
    await says(user, 'Hello there.')
    const answer = await send(user)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-pollux-attempts')).toBe('1')
    expect(await answer.json()).toMatchObject({
      text: 'Hello there.',
      usage: { type: 'tokens', total_tokens: expect.any(Number) },
    })
    const [call] = await callsOf(user.credentials[0]?.handle ?? '')
    expect(call?.model).toBe('gemini-3.8-flash')
    expect(call?.body).toMatchObject({
      contents: [
        {
          parts: [
            { inlineData: { mimeType: 'audio/wav', data: base64(SPEECH) } },
            { text: expect.any(String) },
          ],
        },
      ],
    })
    const stats = await settledStats(user)
    expect(stats.ledger).toEqual({ granted: 1, settled: 1, open: 0, holds: true })
  })

  it.each([
    [
      'as .NET writes it',
      "name=file; filename=speech.wav; filename*=utf-8''speech.wav",
      'name=model',
      '\r\n',
    ],
    ['with a bare file name', 'name="file"; filename=speech.wav', 'name="model"', '\r\n'],
    ['with bare line feeds', 'name="file"; filename="speech.wav"', 'name="model"', '\n'],
  ])('reads a form %s', async (_, file, model, end) => {
    const user = await givenUser(['api_key'])
    const boundary = '4c7e1c0a-0000-4000-8000-5f2b1d1d1d1d'
    const part = (...lines: string[]): string => [`--${boundary}`, ...lines, '', ''].join(end)
    const body = new Blob([
      part(`Content-Disposition: form-data; ${model}`),
      `gemini-2.5-flash${end}`,
      part(`Content-Disposition: form-data; ${file}`, 'Content-Type: audio/wav'),
      SPEECH,
      `${end}--${boundary}--${end}`,
    ])
    const answer = await fetchPollux('/v1/audio/transcriptions', {
      method: 'POST',
      headers: {
        authorization: `Bearer ${user.key}`,
        'content-type': `multipart/form-data; boundary="${boundary}"`,
      },
      body: await body.arrayBuffer(),
    })
    expect(answer.status).toBe(200)
    await answer.text()
    const [call] = await callsOf(user.credentials[0]?.handle ?? '')
    expect(call?.model).toBe('gemini-2.5-flash')
    expect(JSON.stringify(call?.body)).toContain(base64(SPEECH))
  })

  it('uses the Gemini model that the client names', async () => {
    const user = await givenUser()
    await send(user, { model: 'gemini-2.5-flash' })
    const [call] = await callsOf(user.credentials[0]?.handle ?? '')
    expect(call?.model).toBe('gemini-2.5-flash')
  })

  it('turns the ring on a 429, and sends the recording again', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const credential = user.credentials[0]?.handle ?? ''
    await google.script({ credential, reply: { error: 'gemini_429_minute' } })
    const answer = await send(user)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-pollux-attempts')).toBe('2')
  })

  it('gives subtitles, and the duration that a WAV has', async () => {
    const user = await givenUser()
    const segments = [{ start: '00:00:00.000', end: '00:00:00.500', text: 'Hello.' }]
    await says(user, JSON.stringify({ language: 'english', segments }))
    const srt = await send(user, { response_format: 'srt' })
    expect(srt.headers.get('content-type')).toContain('text/plain')
    expect(await srt.text()).toBe('1\n00:00:00,000 --> 00:00:00,500\nHello.\n\n')
    await says(user, JSON.stringify({ language: 'english', text: 'Hello.' }))
    const verbose = await send(user, { response_format: 'verbose_json' })
    expect(await verbose.json()).toMatchObject({ duration: 0.5, language: 'english' })
  })

  it('streams', async () => {
    const user = await givenUser()
    await says(user, 'Hello there.')
    const answer = await send(user, { stream: 'true' })
    expect(answer.headers.get('content-type')).toContain('text/event-stream')
    const frames = framesOf(await answer.text())
    expect(frames.at(-1)).toMatchObject({ type: 'transcript.text.done', text: 'Hello there.' })
    expect(frames.at(0)).toMatchObject({ type: 'transcript.text.delta' })
    expect((await settledStats(user)).requests.ok).toBe(1)
  })

  it.each([{}, { stream: 'true' }])(
    'tells of a filter with a 400 that is not retried: %o',
    async (fields) => {
      const user = await givenUser()
      const credential = user.credentials[0]?.handle ?? ''
      await google.script({ credential, reply: { text: '', finishReason: 'SAFETY' } })
      const answer = await send(user, fields)
      expect(answer.status).toBe(400)
      expect((await answer.json<ErrorBody>()).error).toMatchObject({ param: 'file' })
      expect((await settledStats(user)).ledger.holds).toBe(true)
    },
  )

  it.each<[string, Record<string, string | File>, string]>([
    ['no speech at all', { file: new File([BYTES.png], 'a.wav') }, 'file'],
    ['a file that is too large', { file: new File([new Uint8Array(60_001)], 'a.mp3') }, 'file'],
    ['another format', { response_format: 'xml' }, 'response_format'],
  ])('refuses %s', async (_, fields, param) => {
    const user = await givenUser()
    const answer = await send(user, fields)
    expect(answer.status).toBe(400)
    expect((await answer.json<ErrorBody>()).error).toMatchObject({
      type: 'invalid_request_error',
      param,
    })
    expect(await callsOf(user.credentials[0]?.handle ?? '')).toHaveLength(0)
  })

  it.each<[string, RequestInit, number, string]>([
    ['JSON', { body: '{}', headers: { 'content-type': 'application/json' } }, 400, 'invalid_form'],
    [
      'no boundary',
      { body: 'x', headers: { 'content-type': 'multipart/form-data' } },
      400,
      'invalid_form',
    ],
    [
      'what is no form',
      { body: 'x', headers: { 'content-type': 'multipart/form-data; boundary=y' } },
      400,
      'invalid_form',
    ],
    [
      'nothing',
      { headers: { 'content-type': 'multipart/form-data; boundary=y' } },
      400,
      'invalid_form',
    ],
    [
      'more than the limit, without saying so',
      {
        body: new Blob([new Uint8Array(200_001)]).stream(),
        headers: { 'content-type': 'multipart/form-data; boundary=y' },
      },
      413,
      'request_too_large',
    ],
  ])('refuses %s', async (_, init, status, code) => {
    const user = await givenUser()
    const headers = new Headers(init.headers)
    headers.set('authorization', `Bearer ${user.key}`)
    const answer = await fetchPollux('/v1/audio/transcriptions', {
      method: 'POST',
      ...init,
      headers,
    })
    expect(answer.status).toBe(status)
    expect((await answer.json<ErrorBody>()).error.code).toBe(code)
  })

  it('serves no stranger', async () => {
    expect((await send('nobody-has-this-key')).status).toBe(401)
  })
})

describe('POST /v1/audio/translations', () => {
  it('translates', async () => {
    const user = await givenUser()
    await says(user, 'Hello.')
    expect(await (await send(user, {}, 'translations')).json()).toMatchObject({ text: 'Hello.' })
    const [call] = await callsOf(user.credentials[0]?.handle ?? '')
    expect(JSON.stringify(call?.body)).toContain('into English')
  })
})
