/** The AI SDK through both of its providers. The compatible one sends `extra_content` back; OpenAI's own does not. */
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import {
  generateObject,
  generateText,
  isStepCount,
  type LanguageModel,
  Output,
  streamObject,
  streamText,
  tool,
} from 'ai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Pollux, type User } from './support/pollux.ts'
import { CLOCK, HOME, PLACES, QUESTION, Trip } from './support/trip.ts'

const MODEL = 'gemini-3.8-flash'
const Forecast = z.object({ city: z.string(), degrees: z.number().nullable() })
const FORECAST = { city: 'Oslo', degrees: null }
const prompt = 'What will it be like in Oslo?'
/** Google's value for "there is no signature" (docs/google.md: Thought signatures). */
const DUMMY = 'skip_thought_signature_validator'

let pollux: Pollux

beforeAll(async () => {
  pollux = await Pollux.start()
})

afterAll(() => pollux[Symbol.asyncDispose]())

type Provider = (user: User, model: string) => LanguageModel

const openai: Provider = ({ key }, model) =>
  createOpenAI({ apiKey: key, baseURL: `${pollux.url}/v1` }).chat(model)

const compatible: Provider = ({ key }, model) =>
  createOpenAICompatible({
    name: 'pollux',
    apiKey: key,
    baseURL: `${pollux.url}/v1`,
    includeUsage: true,
    supportsStructuredOutputs: true,
  })(model)

function toolsOf(trip: Trip) {
  const inputSchema = z.object({ city: z.string() })
  return {
    weather: tool({ inputSchema, execute: trip.weather }),
    time: tool({ inputSchema, execute: trip.time }),
  }
}

const PROVIDERS = [
  ['@ai-sdk/openai', openai],
  ['@ai-sdk/openai-compatible', compatible],
] as const

describe.concurrent.each(PROVIDERS)('%s', (_, provider) => {
  describe.each(PLACES)('tool loops: %s through %s', (model, kind) => {
    it('generateText over several steps', async () => {
      const trip = await Trip.plan(pollux, [kind])
      const { text, steps, totalUsage } = await generateText({
        model: provider(trip.user, model),
        prompt: QUESTION,
        tools: toolsOf(trip),
        stopWhen: isStepCount(5),
        maxRetries: 0,
      })
      expect(text).toContain(CLOCK)
      expect(await trip.account()).toEqual(HOME)
      expect(steps.map(({ finishReason }) => finishReason)).toEqual([
        'tool-calls',
        'tool-calls',
        'stop',
      ])
      expect(totalUsage.inputTokens).toBeGreaterThan(0)
    })

    it('streamText over several steps', async () => {
      const trip = await Trip.plan(pollux, [kind])
      const { stream, text, totalUsage } = streamText({
        model: provider(trip.user, model),
        prompt: QUESTION,
        tools: toolsOf(trip),
        stopWhen: isStepCount(5),
        maxRetries: 0,
      })
      const kinds = new Set<string>()
      for await (const { type } of stream) kinds.add(type)
      expect(kinds).toContain('tool-result')
      expect(kinds).not.toContain('error')
      expect(await text).toContain(CLOCK)
      expect(await trip.account()).toEqual(HOME)
      expect((await totalUsage).outputTokens).toBeGreaterThan(0)
    })

    it('generateText with an output after tools', async () => {
      const user = await pollux.givenUser([kind])
      await pollux.script(user, { parts: [{ functionCall: { name: 'look', args: {} } }] })
      const answer = model.startsWith('gemini-2.5')
        ? { parts: [{ functionCall: { name: 'final_answer', args: FORECAST } }] }
        : { text: JSON.stringify(FORECAST) }
      await pollux.script(user, answer)
      const { output } = await generateText({
        model: provider(user, model),
        prompt,
        tools: { look: tool({ inputSchema: z.object({}), execute: () => 'grey' }) },
        stopWhen: isStepCount(5),
        output: Output.object({ schema: Forecast }),
        maxRetries: 0,
      })
      expect(output).toEqual(FORECAST)
    })
  })

  it('generateText and streamText with an output', async () => {
    const user = await pollux.givenUser()
    await pollux.script(user, { text: JSON.stringify(FORECAST) }, { times: 2 })
    const model = provider(user, MODEL)
    const output = Output.object({ schema: Forecast })
    expect((await generateText({ model, prompt, output, maxRetries: 0 })).output).toEqual(FORECAST)
    const streamed = streamText({ model, prompt, output, maxRetries: 0 })
    expect(await streamed.output).toEqual(FORECAST)
    const [call] = await pollux.callsTo(user)
    expect(JSON.stringify(call?.body)).toContain('"responseJsonSchema":')
  })

  it('generateObject and streamObject', async () => {
    const user = await pollux.givenUser()
    await pollux.script(user, { text: JSON.stringify(FORECAST) }, { times: 2 })
    const asked = { model: provider(user, MODEL), prompt, schema: Forecast, maxRetries: 0 }
    expect((await generateObject(asked)).object).toEqual(FORECAST)
    const { object, partialObjectStream } = streamObject(asked)
    const partial: unknown[] = []
    for await (const seen of partialObjectStream) partial.push(seen)
    expect(partial.at(-1)).toEqual(FORECAST)
    expect(await object).toEqual(FORECAST)
  })

  it('tells that an answer was cut off', async () => {
    const user = await pollux.givenUser()
    await pollux.script(user, { text: 'Once upon a', finishReason: 'MAX_TOKENS' }, { times: 2 })
    const asked = { model: provider(user, MODEL), prompt, maxRetries: 0 }
    expect((await generateText(asked)).finishReason).toBe('length')
    expect(await streamText(asked).finishReason).toBe('length')
  })

  it('raises that Google broke a stream off', async () => {
    const user = await pollux.givenUser()
    await pollux.script(user, { text: 'one two three four five six', breakOffAfter: 3 })
    const errors: unknown[] = []
    const { stream } = streamText({
      model: provider(user, MODEL),
      prompt,
      maxRetries: 0,
      onError: ({ error }) => void errors.push(error),
    })
    let text = ''
    for await (const part of stream) if (part.type === 'text-delta') text += part.text
    expect(text).toMatch(/^one /)
    expect(errors).toHaveLength(1)
    expect((await pollux.settledStats(user)).requests).toMatchObject({ ok: 0, failed: 1 })
  })

  it('waits for as long as it is told, and succeeds', async () => {
    const user = await pollux.givenUser()
    await pollux.script(user, { error: { preset: 'gemini_429_minute', retryDelay: '1s' } })
    const { text } = await generateText({ model: provider(user, MODEL), prompt, maxRetries: 1 })
    expect(text).toContain('Oslo')
    const [refused, answered] = await pollux.callsTo(user)
    expect(refused?.status).toBe(429)
    expect((answered?.at ?? 0) - (refused?.at ?? 0)).toBeGreaterThan(700)
  })
})

describe.concurrent('a signature that Pollux has not kept', () => {
  const SIGNATURE = 'EgABAgME'

  it.each([
    ['is brought back by @ai-sdk/openai-compatible', compatible, SIGNATURE],
    ['is lost by @ai-sdk/openai, and a dummy stands for it', openai, DUMMY],
  ] as const)('%s', async (_, provider, expected) => {
    const [first, second] = [await pollux.givenUser(), await pollux.givenUser()]
    const call = { functionCall: { name: 'look', args: {} }, thoughtSignature: SIGNATURE }
    await pollux.script(first, { parts: [call] })
    const tools = { look: tool({ inputSchema: z.object({}), execute: () => 'grey' }) }
    const question = { role: 'user' as const, content: prompt }
    const { response } = await generateText({
      model: provider(first, MODEL),
      messages: [question],
      tools,
      maxRetries: 0,
    })
    // Another user's object does not know the call.
    await generateText({
      model: provider(second, MODEL),
      messages: [question, ...response.messages],
      tools,
      maxRetries: 0,
    })
    const [sent] = await pollux.callsTo(second)
    expect(JSON.stringify(sent?.body)).toContain(`"thoughtSignature":"${expected}"`)
  })
})

describe.concurrent('reasoning', () => {
  const thought = 'It is winter there.'

  it('is read by @ai-sdk/openai-compatible, whole and streamed, and comes back unsent', async () => {
    const user = await pollux.givenUser()
    await pollux.script(user, { thought, text: 'Cold.' }, { times: 2 })
    const asked = { model: compatible(user, MODEL), prompt, maxRetries: 0 }
    const { reasoningText, response, usage } = await generateText(asked)
    expect(reasoningText).toBe(thought)
    expect(usage.outputTokenDetails.reasoningTokens).toBeGreaterThan(0)
    const streamed = streamText(asked)
    expect(await streamed.reasoningText).toBe(thought)
    expect(await streamed.text).toBe('Cold.')
    // The SDK sends the thoughts back with the answer. They are the model's own, and must not reach Google.
    const { prompt: _, ...rest } = asked
    await generateText({
      ...rest,
      messages: [
        { role: 'user', content: prompt },
        ...response.messages,
        { role: 'user', content: 'And Rome?' },
      ],
    })
    const last = (await pollux.callsTo(user)).at(-1)
    expect(JSON.stringify(last?.body)).toContain('Cold.')
    expect(JSON.stringify(last?.body)).not.toContain(thought)
  })

  it('is asked for by effort', async () => {
    const user = await pollux.givenUser()
    await generateText({
      model: compatible(user, MODEL),
      prompt,
      maxRetries: 0,
      providerOptions: { pollux: { reasoningEffort: 'high' } },
    })
    const [call] = await pollux.callsTo(user)
    expect(call?.body).toMatchObject({
      generationConfig: { thinkingConfig: { thinkingLevel: 'HIGH' } },
    })
  })

  it('does not disturb @ai-sdk/openai', async () => {
    const user = await pollux.givenUser()
    await pollux.script(user, { thought, text: 'Cold.' }, { times: 2 })
    const asked = { model: openai(user, MODEL), prompt, maxRetries: 0 }
    expect((await generateText(asked)).text).toBe('Cold.')
    expect(await streamText(asked).text).toBe('Cold.')
  })
})
