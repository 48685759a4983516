/** The AI SDK's and LangChain.js's own clients of Google's API, unmodified. They are here for their packages, which the project itself has no use for. */
import { createGoogle } from '@ai-sdk/google'
import {
  type AIMessageChunk,
  HumanMessage,
  type BaseMessage,
  ToolMessage,
} from '@langchain/core/messages'
import { tool as langchainTool } from '@langchain/core/tools'
import { ChatGoogleGenerativeAI, GoogleGenerativeAIEmbeddings } from '@langchain/google-genai'
import {
  embed,
  embedMany,
  generateText,
  isStepCount,
  Output,
  streamText,
  tool,
  uploadFile,
} from 'ai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { dataUrl, filesSent, inline, PNG } from '../e2e/support/media.ts'
import { Pollux, type User } from '../e2e/support/pollux.ts'
import { CLOCK, PLACES, QUESTION, Trip } from '../e2e/support/trip.ts'

const MODEL = 'gemini-3.8-flash'
const Forecast = z.object({ city: z.string(), degrees: z.number() })
const FORECAST = { city: 'Oslo', degrees: 3 }
const prompt = 'What will it be like in Oslo?'
const inputSchema = z.object({ city: z.string() })

/** What each step's calls and results are, whatever they look like in this client's words. */
const STEPS = [['weather', 'weather'], ['time']]

let pollux: Pollux

beforeAll(async () => {
  pollux = await Pollux.start()
})

afterAll(() => pollux[Symbol.asyncDispose]())

async function expectHome(trip: Trip): Promise<void> {
  const { calls, results, ran } = await trip.account()
  const names = (steps: readonly (readonly unknown[])[]): unknown[][] =>
    steps.map((step) => step.map((one) => (one as unknown[])[0]))
  expect(names(calls)).toEqual(STEPS)
  expect(names(results)).toEqual(STEPS)
  expect(JSON.stringify(results[0])).toMatch(/Paris.*Oslo/)
  expect(ran).toBe(3)
}

function google({ key }: User) {
  return createGoogle({ apiKey: key, baseURL: `${pollux.url}/v1beta` })
}

describe('@ai-sdk/google', () => {
  const toolsOf = (trip: Trip) => ({
    weather: tool({ inputSchema, execute: trip.weather }),
    time: tool({ inputSchema, execute: trip.time }),
  })

  it.each(PLACES)('loops with tools, whole and streamed: %s through %s', async (model, kind) => {
    for (const isStreamed of [false, true]) {
      const trip = await Trip.plan(pollux, [kind])
      const asked = {
        model: google(trip.user)(model),
        prompt: QUESTION,
        tools: toolsOf(trip),
        stopWhen: isStepCount(5),
        maxRetries: 0,
      }
      const said = isStreamed ? await streamText(asked).text : (await generateText(asked)).text
      expect(said).toContain(CLOCK)
      await expectHome(trip)
    }
  })

  it('goes on where the ring turns in the midst of a loop', async () => {
    const trip = await Trip.plan(pollux, ['api_key', 'api_key'], [0, 1])
    const { text } = await generateText({
      model: google(trip.user)(MODEL),
      prompt: QUESTION,
      tools: toolsOf(trip),
      stopWhen: isStepCount(5),
      maxRetries: 0,
    })
    expect(text).toContain(CLOCK)
  })

  it('reads an output by a schema', async () => {
    const user = await pollux.givenUser()
    await pollux.script(user, { text: JSON.stringify(FORECAST) })
    const output = Output.object({ schema: Forecast })
    const answer = await generateText({ model: google(user)(MODEL), prompt, output, maxRetries: 0 })
    expect(answer.output).toEqual(FORECAST)
  })

  it('embeds one and many', async () => {
    const model = google(await pollux.givenUser()).embedding('gemini-embedding-001')
    expect((await embed({ model, value: 'a' })).embedding.length).toBeGreaterThan(100)
    expect((await embedMany({ model, values: ['a', 'b', 'c'] })).embeddings).toHaveLength(3)
  })

  it('uploads a file without a key, and reads it in an answer', async () => {
    const user = await pollux.givenUser(['api_key', 'api_key'])
    const { providerReference } = await uploadFile({
      api: google(user).files(),
      data: new TextEncoder().encode('hello'),
      mediaType: 'text/plain',
      filename: 'a.txt',
    })
    const content = [
      { type: 'text', text: 'Read it.' },
      { type: 'file', data: providerReference, mediaType: 'text/plain' },
    ] as const
    const { text } = await generateText({
      model: google(user)(MODEL),
      messages: [{ role: 'user', content: [...content] }],
      maxRetries: 0,
    })
    expect(text).toContain('Read it.')
    expect(JSON.stringify((await pollux.callsTo(user))[0]?.body)).toContain('fileUri')
  })

  it('holds an interaction', async () => {
    const user = await pollux.givenUser()
    const { text } = await generateText({
      model: google(user).interactions(MODEL),
      prompt: 'Hello',
      maxRetries: 0,
    })
    expect(text).toContain('Hello')
  })

  it('is told of a stream that breaks off', async () => {
    const user = await pollux.givenUser()
    await pollux.script(user, { text: 'one two three four five', breakOffAfter: 2 })
    const errors: unknown[] = []
    const { stream } = streamText({
      model: google(user)(MODEL),
      prompt,
      maxRetries: 0,
      onError: () => undefined,
    })
    for await (const part of stream) if (part.type === 'error') errors.push(part.error)
    expect(errors).toHaveLength(1)
  })

  it('waits as long as a ring that is out of quota says', async () => {
    const user = await pollux.givenUser()
    await pollux.script(user, { error: { preset: 'gemini_429_minute', retryDelay: '2s' } })
    const started = Date.now()
    const { text } = await generateText({ model: google(user)(MODEL), prompt, maxRetries: 2 })
    expect(text).toContain('Oslo')
    expect(Date.now() - started).toBeGreaterThan(1500)
  })
})

describe('@langchain/google-genai', () => {
  function chatModel({ key }: User, model: string = MODEL): ChatGoogleGenerativeAI {
    return new ChatGoogleGenerativeAI({
      model,
      apiKey: key,
      baseUrl: pollux.url,
      maxRetries: 0,
    })
  }

  it.each(PLACES)('loops with tools, whole and streamed: %s through %s', async (model, kind) => {
    for (const isStreamed of [false, true]) {
      const trip = await Trip.plan(pollux, [kind])
      const tools = [
        langchainTool(trip.weather, { name: 'weather', schema: inputSchema }),
        langchainTool(trip.time, { name: 'time', schema: inputSchema }),
      ]
      const bound = chatModel(trip.user, model).bindTools(tools)
      const messages: BaseMessage[] = [new HumanMessage(QUESTION)]
      let said = ''
      while (said === '') {
        const answer = isStreamed
          ? await joined(await bound.stream(messages))
          : await bound.invoke(messages)
        messages.push(answer)
        const { tool_calls: calls = [] } = answer
        for (const { id = '', name, args } of calls) {
          const content = await trip.run(name, JSON.stringify(args))
          messages.push(new ToolMessage({ tool_call_id: id, name, content }))
        }
        if (calls.length === 0) said = answer.text
      }
      expect(said).toContain(CLOCK)
      await expectHome(trip)
    }
  })

  it('reads an output by a schema', async () => {
    const user = await pollux.givenUser()
    await pollux.script(user, { text: JSON.stringify(FORECAST) })
    const model = chatModel(user).withStructuredOutput(Forecast, { method: 'jsonSchema' })
    expect(await model.invoke(prompt)).toEqual(FORECAST)
  })

  it('shows a picture', async () => {
    const user = await pollux.givenUser()
    const image = { type: 'image_url', image_url: dataUrl('image/png', PNG) }
    const said = [{ type: 'text', text: 'Look.' }, image]
    const answer = await chatModel(user).invoke([new HumanMessage({ content: said })])
    expect(answer.text).toContain('Look.')
    expect(await filesSent(pollux, user)).toEqual([inline('image/png', PNG)])
  })

  it('embeds one and many', async () => {
    const { key } = await pollux.givenUser()
    const model = 'gemini-embedding-001'
    const embeddings = new GoogleGenerativeAIEmbeddings({ model, apiKey: key, baseUrl: pollux.url })
    expect((await embeddings.embedQuery('a')).length).toBeGreaterThan(100)
    expect(await embeddings.embedDocuments(['a', 'b', 'c'])).toHaveLength(3)
  })
})

async function joined(stream: AsyncIterable<AIMessageChunk>): Promise<AIMessageChunk> {
  let whole: AIMessageChunk | null = null
  for await (const chunk of stream) whole = whole === null ? chunk : whole.concat(chunk)
  if (whole === null) throw new Error('The stream was empty.')
  return whole
}
