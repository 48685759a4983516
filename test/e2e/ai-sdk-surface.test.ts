/** What else than text the AI SDK shows to a model, and what it asks of models that do not chat. */
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import {
  embedMany,
  generateImage,
  generateSpeech,
  generateText,
  type LanguageModel,
  transcribe,
} from 'ai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dataUrl, filesSent, inline, PDF, PNG, WAV } from './support/media.ts'
import { Pollux, type User } from './support/pollux.ts'

const MODEL = 'gemini-3.1-pro-preview'

let pollux: Pollux

beforeAll(async () => {
  pollux = await Pollux.start()
})

afterAll(() => pollux[Symbol.asyncDispose]())

const openai = ({ key }: User) => createOpenAI({ apiKey: key, baseURL: `${pollux.url}/v1` })
const compatible = ({ key }: User) =>
  createOpenAICompatible({ name: 'pollux', apiKey: key, baseURL: `${pollux.url}/v1` })

const CHATS: readonly (readonly [string, (user: User) => LanguageModel])[] = [
  ['@ai-sdk/openai', (user) => openai(user).chat(MODEL)],
  ['@ai-sdk/openai-compatible', (user) => compatible(user)(MODEL)],
]

describe.concurrent.each(CHATS)('%s', (_, chat) => {
  it.each(['api_key', 'service_account', 'authorized_user'] as const)(
    'shows an image, a sound and a file through %s',
    async (kind) => {
      const user = await pollux.givenUser([kind])
      const { text } = await generateText({
        model: chat(user),
        maxRetries: 0,
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'What are these?' },
              { type: 'file', mediaType: 'image/png', data: PNG },
              { type: 'file', mediaType: 'image', data: dataUrl('image/png', PNG) },
              { type: 'file', mediaType: 'audio/wav', data: WAV },
              { type: 'file', mediaType: 'application/pdf', filename: 'a.pdf', data: PDF },
            ],
          },
        ],
      })
      expect(text).toContain('What are these?')
      expect(await filesSent(pollux, user)).toMatchObject([
        inline('image/png', PNG),
        inline('image/png', PNG),
        inline('audio/wav', WAV),
        inline('application/pdf', PDF),
      ])
    },
  )
})

describe.concurrent('the AI SDK', () => {
  it.each([
    ['@ai-sdk/openai', openai],
    ['@ai-sdk/openai-compatible', compatible],
  ] as const)('embeds through %s', async (_, provider) => {
    const user = await pollux.givenUser()
    const model = provider(user).embeddingModel('gemini-embedding-001')
    const values = ['one', 'two', 'three']
    const { embeddings, usage } = await embedMany({ model, values, maxRetries: 0 })
    expect(embeddings.map(({ length }) => length)).toEqual([3072, 3072, 3072])
    expect(usage.tokens).toBeGreaterThan(0)
  })

  it.each([
    ['@ai-sdk/openai', openai],
    ['@ai-sdk/openai-compatible', compatible],
  ] as const)('draws through %s', async (_, provider) => {
    const user = await pollux.givenUser()
    const model = provider(user).imageModel('gemini-3.1-flash-image')
    const { images } = await generateImage({ model, prompt: 'A cat', n: 2, maxRetries: 0 })
    expect(images.map(({ mediaType }) => mediaType)).toEqual(['image/png', 'image/png'])
  })

  it('speaks WAV', async () => {
    const user = await pollux.givenUser()
    const { audio } = await generateSpeech({
      model: openai(user).speech('gemini-3.8-flash-tts'),
      text: 'Hello there',
      voice: 'alloy',
      outputFormat: 'wav',
      maxRetries: 0,
    })
    expect(Buffer.from(audio.uint8Array).toString('latin1', 0, 4)).toBe('RIFF')
  })

  it('transcribes', async () => {
    const user = await pollux.givenUser()
    const { text } = await transcribe({
      model: openai(user).transcription('gemini-2.5-flash'),
      audio: WAV,
      maxRetries: 0,
    })
    expect(text).not.toBe('')
  })
})
