/** OpenAI's other routes: completions, pictures, sounds, embeddings, models. */
import { describe } from 'vitest'
import { base64, BYTES } from '../support/media.ts'
import {
  type Ask,
  recorded,
  recordedEach,
  recordedHoweverSplit,
  recordedOnEach,
  type Scripted,
} from './support/scene.ts'

type Fields = Record<string, unknown>

const ask =
  (path: string, defaults: Fields) =>
  (body: Fields = {}): Ask => ({ path, body: { ...defaults, ...body } })

const askedBy = <Body>(to: (body: Body) => Ask, bodies: Readonly<Record<string, Body>>) =>
  Object.fromEntries(Object.entries(bodies).map(([name, body]) => [name, to(body)]))

describe('POST /v1/completions', () => {
  const complete = ask('/v1/completions', { model: 'gemini-2.5-flash', prompt: 'Once upon a' })
  const usage = { stream: true, stream_options: { include_usage: true } }
  recordedOnEach('whole', {}, complete())
  recordedHoweverSplit('streamed', {}, complete(usage))
  recorded(
    'with two prompts and two choices',
    { google: [{ text: 'time', times: 0 }] },
    complete({ prompt: ['a', 'b'], n: 2 }),
  )
  recorded('that echo', { google: [{ text: ' time' }] }, complete({ echo: true }))
  recorded(
    'that echo, streamed',
    { google: [{ text: ' time' }] },
    complete({ echo: true, stream: true }),
  )
  recorded('with a suffix', {}, complete({ suffix: 'end' }))
  recorded(
    'of a bound',
    { google: [{ text: 'time', finishReason: 'MAX_TOKENS' }] },
    complete({ max_tokens: 5 }),
  )
  recorded(
    'of a filter',
    { google: [{ text: '', finishReason: 'SAFETY', times: 0 }] },
    complete(),
    complete(usage),
  )
  recorded(
    'of a turning ring',
    { ring: ['api_key', 'api_key'], google: [{ error: 'gemini_429_minute' }] },
    complete(),
  )
  recorded(
    'of a ring that is out',
    { google: [{ error: 'gemini_429_day' }] },
    complete(),
    complete(usage),
  )
  recorded(
    'where Google refuses',
    { google: [{ error: '400_generic', times: 0 }] },
    complete(),
    complete(usage),
  )
  recorded(
    'that break off',
    { google: [{ text: 'one two three', breakOffAfter: 1 }] },
    complete(usage),
  )
  const refused: Record<string, Fields> = {
    'no prompt': { prompt: undefined },
    'a prompt that is a number': { prompt: 5 },
    tokens: { prompt: [1, 2, 3] },
    'too many prompts': { prompt: Array.from({ length: 17 }, () => 'x') },
    'two streamed choices': { n: 2, stream: true },
    'log probabilities': { logprobs: 2 },
    best_of: { best_of: 3 },
    'no model': { model: undefined },
    'a temperature of three': { temperature: 3 },
  }
  recordedEach('with a bad field', {}, askedBy(complete, refused))
  recorded('that are no JSON', {}, { path: '/v1/completions', method: 'POST', body: '{' })
})

describe('POST /v1/images/generations', () => {
  const draw = ask('/v1/images/generations', { model: 'gemini-3.1-flash-image', prompt: 'A cat' })
  recorded('of one', {}, draw())
  recorded('of two', { ring: ['service_account'] }, draw({ n: 2, size: '1792x1024' }))
  recorded('by address', {}, draw({ response_format: 'url' }))
  recorded('that show nothing', { google: [{ text: 'No.', times: 0 }] }, draw())
  recorded(
    'that are filtered',
    { google: [{ parts: [], finishReason: 'IMAGE_SAFETY', times: 0 }] },
    draw(),
  )
  recorded(
    'of a blocked prompt',
    { google: [{ blockReason: 'PROHIBITED_CONTENT', times: 0 }] },
    draw(),
  )
  recorded(
    'of a turning ring',
    { ring: ['api_key', 'api_key'], google: [{ error: 'gemini_429_minute' }] },
    draw(),
  )
  recorded('of a ring that is out', { google: [{ error: 'gemini_429_minute' }] }, draw())
  recorded('where Google fails', { google: [{ error: '503_overloaded', times: 0 }] }, draw())
  const refused: Record<string, Fields> = {
    'no prompt': { prompt: undefined },
    'an empty prompt': { prompt: '' },
    eleven: { n: 11 },
    'a size of nothing': { size: '1x1' },
    'another format': { output_format: 'webp' },
    'a stream': { stream: true },
    'a model of text': { model: 'gemini-2.5-flash' },
  }
  recordedEach('with a bad field', {}, askedBy(draw, refused))
})

describe('POST /v1/audio/speech', () => {
  const speak = ask('/v1/audio/speech', {
    model: 'gemini-3.8-flash-tts',
    input: 'One two three four five',
    voice: 'alloy',
  })
  recorded('as WAV', {}, speak())
  recorded('as PCM', {}, speak({ response_format: 'pcm' }))
  recorded('by Vertex', { ring: ['service_account'] }, speak({ instructions: 'Gently' }))
  recorded(
    'that is silent',
    { google: [{ text: 'No.', times: 0 }] },
    speak(),
    speak({ response_format: 'pcm' }),
  )
  recorded(
    'that is filtered',
    { google: [{ parts: [], finishReason: 'SAFETY', times: 0 }] },
    speak(),
    speak({ response_format: 'pcm' }),
  )
  recorded(
    'of a turning ring',
    { ring: ['api_key', 'api_key'], google: [{ error: 'gemini_429_minute' }] },
    speak(),
  )
  recorded('of a ring that is out', { google: [{ error: 'gemini_429_day' }] }, speak())
  recorded('where Google refuses', { google: [{ error: '400_generic', times: 0 }] }, speak())
  const refused: Record<string, Fields> = {
    'no input': { input: undefined },
    'an empty input': { input: '' },
    'an unknown voice': { voice: 'nobody' },
    mp3: { response_format: 'mp3' },
    haste: { speed: 2 },
    events: { stream_format: 'sse' },
    'a model of text': { model: 'gemini-2.5-flash' },
  }
  recordedEach('with a bad field', {}, askedBy(speak, refused))
})

describe.each(['transcriptions', 'translations'])('POST /v1/audio/%s', (task) => {
  const file = new File(
    [Uint8Array.from([...BYTES.wav, ...new Uint8Array(16_000)])],
    'speech.wav',
    { type: 'audio/wav' },
  )
  const send = (form: Record<string, string | File> = {}): Ask => ({
    path: `/v1/audio/${task}`,
    form: { file, model: 'whisper-1', ...form },
  })
  const says: Scripted = { text: 'Hello there.' }
  const timed: Scripted = {
    text: JSON.stringify({
      language: 'english',
      segments: [{ start: '00:00:00.000', end: '00:00:00.500', text: 'Hello.' }],
    }),
  }
  recorded('as JSON', { google: [says] }, send())
  recorded(
    'by Vertex',
    { ring: ['service_account'], google: [says] },
    send({ prompt: 'A greeting', temperature: '0.5' }),
  )
  recorded('as text', { google: [says] }, send({ response_format: 'text' }))
  for (const format of ['srt', 'vtt', 'verbose_json'])
    recorded(`as ${format}`, { google: [timed] }, send({ response_format: format }))
  recordedHoweverSplit('streamed', { google: [says] }, send({ stream: 'true' }))
  recorded(
    'that is filtered',
    { google: [{ text: '', finishReason: 'SAFETY', times: 0 }] },
    send(),
    send({ stream: 'true' }),
  )
  recorded(
    'that breaks off',
    { google: [{ text: 'one two three', breakOffAfter: 1 }] },
    send({ stream: 'true' }),
  )
  recorded(
    'of a turning ring',
    { ring: ['api_key', 'api_key'], google: [{ error: 'gemini_429_minute' }] },
    send(),
  )
  recorded(
    'of a ring that is out',
    { google: [{ error: 'gemini_429_day' }] },
    send(),
    send({ stream: 'true' }),
  )
  const refused: Record<string, Record<string, string | File>> = {
    'no speech': { file: new File([BYTES.png], 'a.wav') },
    'an empty file': { file: new File([], 'a.wav') },
    'a large file': { file: new File([new Uint8Array(60_001)], 'a.mp3') },
    'a text for a file': { file: 'x' },
    'another format': { response_format: 'xml' },
    'a stream of subtitles': { stream: 'true', response_format: 'srt' },
    heat: { temperature: '2' },
    'words that are timed': { 'timestamp_granularities[]': 'word' },
    'log probabilities': { 'include[]': 'logprobs' },
    'no language': { language: '!' },
  }
  recordedEach('with a bad field', {}, askedBy(send, refused))
  recorded('with JSON', {}, { path: `/v1/audio/${task}`, body: {} })
  recorded(
    'with no form',
    {},
    {
      path: `/v1/audio/${task}`,
      method: 'POST',
      body: 'x',
      headers: { 'content-type': 'multipart/form-data; boundary=y' },
    },
  )
})

describe('POST /v1/embeddings', () => {
  const embed = ask('/v1/embeddings', {
    model: 'gemini-embedding-001',
    input: 'Hello',
    dimensions: 4,
  })
  for (const kind of ['api_key', 'service_account'] as const) {
    recorded(`of one text, ${kind}`, { ring: [kind] }, embed())
    recorded(
      `of several, ${kind}`,
      { ring: [kind] },
      embed({ input: ['one', 'two'], encoding_format: 'base64' }),
    )
    recorded(
      `by the second model, ${kind}`,
      { ring: [kind] },
      embed({ model: 'gemini-embedding-2', task_type: 'query' }),
    )
  }
  recorded('of Code Assist', { ring: ['authorized_user'] }, embed())
  recorded(
    'of a ring that is out',
    {
      google: [
        { error: 'gemini_429_day', method: 'batchEmbedContents', times: 0 },
        { error: 'gemini_429_day', method: 'embedContent', times: 0 },
      ],
    },
    embed(),
    embed(),
  )
  const refused: Record<string, Fields> = {
    'no input': { input: undefined },
    'an empty text': { input: '' },
    'an empty list': { input: [] },
    'a number': { input: 5 },
    tokens: { input: [1, 2] },
    'no dimension': { dimensions: 0 },
    'too many dimensions': { dimensions: 4000 },
    'another encoding': { encoding_format: 'hex' },
    'an unknown task': { task_type: 'x' },
    'a model of text': { model: 'gemini-2.5-flash' },
  }
  recordedEach('with a bad field', {}, askedBy(embed, refused))
})

describe('GET /v1/models', () => {
  recordedOnEach('lists', {}, { path: '/v1/models' })
  recorded(
    'shows one',
    {},
    { path: '/v1/models/gemini-2.5-flash' },
    { path: '/v1/models/models/gemini-2.5-flash' },
  )
  recorded(
    'shows none',
    {},
    { path: '/v1/models/nothing' },
    { path: '/v1/models/%' },
    { path: '/v1/models/' },
  )
  recorded(
    'shows an alias',
    { settings: { aliases: { fast: 'gemini-2.5-flash' }, models: ['gemini-2.5-flash'] } },
    { path: '/v1/models' },
    { path: '/v1/models/fast' },
  )
  recorded(
    "as LiteLLM's proxy has them",
    { settings: { models: ['gemini-2.5-flash', 'gemini-embedding-001'] } },
    { path: '/v1/model/info' },
  )
})

describe('chats that are stored', () => {
  const stored = '/v1/chat/completions/chatcmpl-1'
  recorded(
    'are none',
    {},
    { path: '/v1/chat/completions', method: 'GET' },
    { path: stored },
    { path: stored, body: {} },
    { path: stored, method: 'DELETE' },
    { path: `${stored}/messages` },
  )
})

describe('a picture by address', () => {
  const of = (url: string): Ask => ({
    body: { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }] },
  })
  const png = `data:image/png;base64,${base64(BYTES.png)}`
  recorded('of data', {}, of(png))
  recorded(
    'of too much data',
    {},
    of(
      `data:image/png;base64,${base64(Uint8Array.from([...BYTES.png, ...new Uint8Array(60_000)]))}`,
    ),
  )
  recorded('of data of another type', {}, of(`data:text/html;base64,${base64(BYTES.png)}`))
})
