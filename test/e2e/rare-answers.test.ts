/**
 * What Google says besides plain text, or late, or wrong, as the SDKs read it. Each SDK can fail over it in its own
 * way.
 */
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { ChatOpenAI } from '@langchain/openai'
import { generateText, type LanguageModel, streamText } from 'ai'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Reply } from '../../emulator/protocol.ts'
import { Pollux, type User } from './support/pollux.ts'

const MODEL = 'gemini-2.5-flash'
const messages = [{ role: 'user' as const, content: 'Hello there' }]
const prompt = 'Hello there'

let pollux: Pollux

beforeAll(async () => {
  pollux = await Pollux.start({ STREAM_SILENCE_MS: '300' })
})

afterAll(() => pollux[Symbol.asyncDispose]())

/** Citations come only if a search was asked for. */
const SEARCH = { web_search_options: {} }
/** The AI SDK has no field for a search in a chat. */
const searching: typeof fetch = (url, init) => {
  const body: unknown = JSON.parse(typeof init?.body === 'string' ? init.body : '{}')
  return fetch(url, { ...init, body: JSON.stringify(Object.assign({}, body, SEARCH)) })
}

const baseURL = (): string => `${pollux.url}/v1`
const openai = ({ key }: User) => new OpenAI({ apiKey: key, baseURL: baseURL(), maxRetries: 0 })
const aiOpenAI = ({ key }: User) =>
  createOpenAI({ apiKey: key, baseURL: baseURL(), fetch: searching }).chat(MODEL)
const aiCompatible = ({ key }: User) =>
  createOpenAICompatible({ name: 'pollux', apiKey: key, baseURL: baseURL(), fetch: searching })(
    MODEL,
  )

async function streamedByAi(model: LanguageModel): Promise<string> {
  const failures: unknown[] = []
  const onError = ({ error }: { error: unknown }): void => void failures.push(error)
  const { stream } = streamText({ model, prompt, maxRetries: 0, onError })
  let text = ''
  for await (const part of stream) if (part.type === 'text-delta') text += part.text
  if (failures.length > 0) throw failures[0]
  return text
}

/** How each client reads a stream to its end: the text, or the error that it raises. */
const READERS: readonly (readonly [string, (user: User) => Promise<string>])[] = [
  [
    'openai',
    async (user) => {
      let text = ''
      const asked = { model: MODEL, messages, stream: true, ...SEARCH } as const
      for await (const { choices } of await openai(user).chat.completions.create(asked)) {
        text += choices[0]?.delta.content ?? ''
      }
      return text
    },
  ],
  [
    'the stream helper of openai',
    async (user) => {
      const stream = openai(user).chat.completions.stream({ model: MODEL, messages, ...SEARCH })
      return (await stream.finalContent()) ?? ''
    },
  ],
  ['@ai-sdk/openai', (user) => streamedByAi(aiOpenAI(user))],
  ['@ai-sdk/openai-compatible', (user) => streamedByAi(aiCompatible(user))],
  [
    'LangChain',
    async ({ key }) => {
      const configuration = { baseURL: baseURL() }
      const asked = { model: MODEL, apiKey: key, maxRetries: 0, modelKwargs: SEARCH }
      const model = new ChatOpenAI({ ...asked, configuration })
      let text = ''
      for await (const chunk of await model.stream(prompt)) text += chunk.text
      return text
    },
  ],
]

describe.concurrent.each(READERS)('%s', (_, read) => {
  async function given(...replies: Reply[]): Promise<User> {
    const user = await pollux.givenUser()
    for (const reply of replies) await pollux.script(user, reply)
    return user
  }

  it('reads a stream that begins with silence', async () => {
    expect(await read(await given({ text: 'At last.', delayMs: 900 }))).toBe('At last.')
  })

  it('raises what fails behind the silence', async () => {
    const user = await given({ error: '503_overloaded', delayMs: 900 })
    await expect(read(user)).rejects.toThrow(/overloaded/i)
    expect((await pollux.settledStats(user)).requests).toMatchObject({ failed: 1, ok: 0 })
  })

  it('raises an error in the middle of a stream', async () => {
    const text = 'one two three four five six'
    const user = await given({ text, errorAfter: { events: 3, error: '503_overloaded' } })
    await expect(read(user)).rejects.toThrow(/overloaded/i)
  })

  it('reads citations, and a filtered prompt without raising', async () => {
    const candidate = {
      groundingMetadata: {
        groundingChunks: [{ web: { uri: 'https://example.org/rome' } }],
        groundingSupports: [{ segment: { endIndex: 4 }, groundingChunkIndices: [0] }],
      },
    }
    const user = await given({ text: 'Rome.', candidate }, { blockReason: 'PROHIBITED_CONTENT' })
    expect(await read(user)).toBe('Rome.')
    // The refusal, if the client shows it.
    expect(await read(user)).toMatch(/^$|^The prompt was blocked by Google/)
  })
})

describe.concurrent('the AI SDK', () => {
  it('has the sources of an answer, without titles too', async () => {
    const user = await pollux.givenUser()
    const candidate = {
      groundingMetadata: {
        groundingChunks: [{ web: { uri: 'https://example.org/rome' } }],
        groundingSupports: [{ segment: { endIndex: 4 }, groundingChunkIndices: [0] }],
      },
    }
    await pollux.script(user, { text: 'Rome.', candidate }, { times: 2 })
    const asked = { model: aiOpenAI(user), prompt, maxRetries: 0 }
    const source = { sourceType: 'url', url: 'https://example.org/rome' }
    expect((await generateText(asked)).sources).toMatchObject([source])
    expect(await streamText(asked).sources).toMatchObject([source])
  })

  it('has the log probabilities that Vertex gives', async () => {
    const user = await pollux.givenUser(['service_account'])
    const candidate = {
      logprobsResult: { chosenCandidates: [{ token: 'Yes', logProbability: -0.5 }] },
    }
    await pollux.script(user, { text: 'Yes', candidate }, { times: 2 })
    const providerOptions = { openai: { logprobs: 1 } }
    const asked = { model: aiOpenAI(user), prompt, maxRetries: 0, providerOptions }
    const whole = await generateText(asked)
    expect(whole.text).toBe('Yes')
    expect(whole.providerMetadata?.['openai']?.['logprobs']).toMatchObject([
      { token: 'Yes', logprob: -0.5 },
    ])
    expect(await streamText(asked).text).toBe('Yes')
  })
})

describe.concurrent('openai', () => {
  it('has a custom tool answered as one, whole and streamed', async () => {
    const user = await pollux.givenUser()
    const parts = [{ functionCall: { name: 'shell', args: { input: 'ls -l' } } }]
    await pollux.script(user, { parts }, { times: 2 })
    const asked = {
      model: MODEL,
      messages,
      tools: [{ type: 'custom' as const, custom: { name: 'shell' } }],
    }
    const { choices } = await openai(user).chat.completions.create(asked)
    const call = { type: 'custom', custom: { name: 'shell', input: 'ls -l' } }
    expect(choices[0]?.message.tool_calls).toMatchObject([call])
    const deltas: unknown[] = []
    const stream = await openai(user).chat.completions.create({ ...asked, stream: true })
    for await (const chunk of stream) deltas.push(...(chunk.choices[0]?.delta.tool_calls ?? []))
    expect(deltas[0]).toMatchObject({ index: 0, ...call })
  })

  it('has the pictures that a model draws in a chat', async () => {
    const user = await pollux.givenUser()
    const asked = { model: 'gemini-3.1-flash-image', messages }
    const { choices } = await openai(user).chat.completions.create(asked)
    expect(choices[0]?.message).toMatchObject({
      images: [
        {
          type: 'image_url',
          image_url: { url: expect.stringMatching(/^data:image\/png;base64,/) },
        },
      ],
    })
  })
})
