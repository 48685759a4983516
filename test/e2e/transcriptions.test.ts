/** The real SDK's uploads, unmodified, against a real workerd over HTTP. */
import OpenAI, { BadRequestError, toFile } from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BYTES } from '../support/media.ts'
import { Pollux, type User } from './support/pollux.ts'

let pollux: Pollux

beforeAll(async () => {
  pollux = await Pollux.start()
})

afterAll(() => pollux[Symbol.asyncDispose]())

describe.concurrent('the openai SDK', () => {
  async function given(text: string): Promise<{ audio: OpenAI['audio']; user: User }> {
    const user = await pollux.givenUser()
    const credential = user.credentials[0]?.handle ?? ''
    await pollux.google.script({ credential, reply: { text } })
    const client = new OpenAI({ apiKey: user.key, baseURL: `${pollux.url}/v1`, maxRetries: 0 })
    return { audio: client.audio, user }
  }
  const speech = () => toFile(BYTES.wav, 'speech.wav')

  it('transcribes', async () => {
    const { audio, user } = await given('Hello there.')
    const transcript = await audio.transcriptions.create({
      file: await speech(),
      model: 'gpt-4o-transcribe',
      language: 'en',
      prompt: 'Castor and Pollux',
    })
    expect(transcript).toMatchObject({ text: 'Hello there.', usage: { type: 'tokens' } })
    expect((await pollux.settledStats(user)).ledger.holds).toBe(true)
  })

  it('gets subtitles as a string', async () => {
    const segments = [{ start: '0:00', end: '0:01', text: 'Hello.' }]
    const { audio } = await given(JSON.stringify({ language: 'english', segments }))
    const subtitles = await audio.transcriptions.create({
      file: await speech(),
      model: 'whisper-1',
      response_format: 'vtt',
    })
    expect(subtitles).toBe('WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nHello.\n\n')
  })

  it('gets segments in verbose_json', async () => {
    const segments = [{ start: '0:00', end: '0:01', text: 'Hello.' }]
    const { audio } = await given(JSON.stringify({ language: 'english', segments }))
    const transcript = await audio.transcriptions.create({
      file: await speech(),
      model: 'whisper-1',
      response_format: 'verbose_json',
      timestamp_granularities: ['segment'],
    })
    expect(transcript.segments).toMatchObject([{ start: 0, end: 1, text: 'Hello.' }])
  })

  it('iterates a stream', async () => {
    const { audio } = await given('Hello there.')
    const stream = await audio.transcriptions.create({
      file: await speech(),
      model: 'gpt-4o-mini-transcribe',
      stream: true,
    })
    let deltas = ''
    let done = ''
    for await (const event of stream) {
      if (event.type === 'transcript.text.delta') deltas += event.delta
      if (event.type === 'transcript.text.done') done = event.text
    }
    expect(deltas).toBe('Hello there.')
    expect(done).toBe('Hello there.')
  })

  it('translates', async () => {
    const { audio } = await given('Hello.')
    const translation = await audio.translations.create({
      file: await speech(),
      model: 'whisper-1',
    })
    expect(translation.text).toBe('Hello.')
  })

  it('raises a BadRequestError that names the field', async () => {
    const { audio } = await given('')
    const asked = audio.transcriptions.create({
      file: await toFile(BYTES.png, 'speech.wav'),
      model: 'whisper-1',
    })
    await expect(asked).rejects.toThrow(BadRequestError)
    await expect(asked).rejects.toMatchObject({ param: 'file', status: 400 })
  })
})
