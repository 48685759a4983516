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

const MODEL = 'gemini-3.8-flash-tts'

function ask(user: User, body: object): Promise<Response> {
  return post('/v1/audio/speech', user.key, { model: MODEL, input: 'Hello there', ...body })
}

function textAt(bytes: Uint8Array, at: number): string {
  return new TextDecoder().decode(bytes.subarray(at, at + 4))
}

describe('POST /v1/audio/speech', () => {
  it.each([{}, { response_format: 'wav' }])('speaks WAV where asked for %j', async (body) => {
    const answer = await ask(await givenUser(), body)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('audio/wav')
    const bytes = new Uint8Array(await answer.arrayBuffer())
    expect([textAt(bytes, 0), textAt(bytes, 8), textAt(bytes, 36)]).toEqual([
      'RIFF',
      'WAVE',
      'data',
    ])
    const view = new DataView(bytes.buffer)
    expect(view.getUint32(24, true)).toBe(24_000)
    expect(view.getUint32(40, true)).toBe(bytes.length - 44)
  })

  it('speaks bare samples, with their rate', async () => {
    const user = await givenUser(['service_account'])
    const answer = await ask(user, { response_format: 'pcm' })
    expect(answer.headers.get('content-type')).toBe('audio/pcm;rate=24000')
    expect((await answer.arrayBuffer()).byteLength).toBe(480)
  })

  it.each([
    ['alloy', 'Kore'],
    ['Puck', 'Puck'],
    [{ id: 'nova' }, 'Leda'],
  ])('speaks with the voice %j as %s', async (voice, voiceName) => {
    const user = await givenUser()
    expect((await ask(user, { voice })).status).toBe(200)
    const [call] = await callsOf(user.credentials[0]?.handle ?? '')
    expect(call?.body).toMatchObject({
      generationConfig: { speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName } } } },
    })
  })

  const voiceOf = (voiceName: string) => ({ prebuiltVoiceConfig: { voiceName } })
  const TWO = {
    multiSpeakerVoiceConfig: {
      speakerVoiceConfigs: [
        { speaker: 'Ann', voiceConfig: voiceOf('Kore') },
        { speaker: 'Bob', voiceConfig: voiceOf('Puck') },
      ],
    },
  }
  it.each<[object, object]>([
    [{ speech_config: TWO }, TWO],
    [{ voice: 'nova', extra_body: { google: { speechConfig: TWO } } }, TWO],
    [
      { google: { speech_config: { language_code: 'de-DE', voice_config: voiceOf('Puck') } } },
      { languageCode: 'de-DE', voiceConfig: voiceOf('Puck') },
    ],
    [
      { speech_config: { language_code: 'de-DE' }, voice: 'nova' },
      { languageCode: 'de-DE', voiceConfig: voiceOf('Leda') },
    ],
    [{ speech_config: { voice_config: {} }, voice: 'nova' }, { voiceConfig: voiceOf('Leda') }],
    [
      { speech_config: { multi_speaker_voice_config: {} }, voice: 'nova' },
      { voiceConfig: voiceOf('Leda') },
    ],
    [{ speech_config: null, google: null, extra_body: null }, { voiceConfig: voiceOf('Kore') }],
  ])('speaks as %j says in Gemini’s words', async (body, speechConfig) => {
    const user = await givenUser()
    const answer = await ask(user, body)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-pollux-ignored')).toBeNull()
    const [call] = await callsOf(user.credentials[0]?.handle ?? '')
    const generationConfig = { responseModalities: ['AUDIO'], speechConfig }
    expect(call?.body).toEqual({ contents: expect.any(Array), generationConfig })
  })

  it('puts instructions before the text', async () => {
    const user = await givenUser()
    await ask(user, { instructions: 'Say it cheerfully' })
    const [call] = await callsOf(user.credentials[0]?.handle ?? '')
    expect(call?.body).toMatchObject({
      contents: [{ parts: [{ text: 'Say it cheerfully:\nHello there' }] }],
    })
  })

  it('goes on with another credential, and counts the attempts', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const credential = user.credentials[0]?.handle ?? ''
    await google.script({ credential, reply: { error: 'gemini_429_minute' } })
    const answer = await ask(user, {})
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-pollux-attempts')).toBe('2')
    const { requests, ledger } = await settledStats(user)
    expect(requests).toMatchObject({ total: 1, ok: 1 })
    expect(ledger).toEqual({ granted: 2, settled: 2, open: 0, holds: true })
  })

  it.each([
    ['no input', { input: undefined }, 'missing_required_parameter', 'input'],
    ['an empty input', { input: '' }, 'invalid_value', 'input'],
    ['mp3', { response_format: 'mp3' }, 'invalid_value', 'response_format'],
    ['haste', { speed: 2 }, 'invalid_value', 'speed'],
    ['events', { stream_format: 'sse' }, 'invalid_value', 'stream_format'],
    ['a model that does not speak', { model: 'gemini-2.5-flash' }, 'invalid_value', 'model'],
  ])('refuses %s', async (_, body, code, param) => {
    const user = await givenUser()
    const answer = await ask(user, body)
    expect(answer.status).toBe(400)
    expect((await answer.json<ErrorBody>()).error).toMatchObject({ code, param })
    expect(await callsOf(user.credentials[0]?.handle ?? '')).toEqual([])
  })

  it.each(
    (['api_key', 'service_account'] as const).flatMap((kind) =>
      [
        ['MAX_TOKENS', 400, 'invalid_value', 'input'] as const,
        ['PROHIBITED_CONTENT', 400, 'content_policy_violation', 'input'] as const,
        ['MALFORMED_RESPONSE', 502, 'upstream_error', null] as const,
      ].map((row) => [kind, ...row] as const),
    ),
  )('gives no speech that is cut (%s, %s)', async (kind, finishReason, status, code, param) => {
    const user = await givenUser([kind])
    const inlineData = { mimeType: 'audio/L16;codec=pcm;rate=24000', data: 'AAAA' }
    const reply = { parts: [{ inlineData }], finishReason }
    for (const response_format of ['wav', 'pcm']) {
      await google.script({ credential: user.credentials[0]?.handle ?? '', reply })
      const answer = await ask(user, { response_format })
      expect(answer.status).toBe(status)
      expect((await answer.json<ErrorBody>()).error).toMatchObject({ code, param })
    }
    expect(await callsOf(user.credentials[0]?.handle ?? '')).toHaveLength(2)
  })

  it('tells of a voice that Google does not have, in Google’s words', async () => {
    const answer = await ask(await givenUser(), { voice: 'nobody' })
    expect(answer.status).toBe(400)
    expect((await answer.json<ErrorBody>()).error.message).toContain('Voice name nobody')
  })
})
