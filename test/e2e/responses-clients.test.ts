/** The AI SDK's default and LangChain's `useResponsesApi`, unmodified, on the Responses API. */
import { createOpenAI } from '@ai-sdk/openai'
import {
  type AIMessage,
  HumanMessage,
  ToolMessage,
  type BaseMessage,
} from '@langchain/core/messages'
import { tool as langchainTool } from '@langchain/core/tools'
import { ChatOpenAI } from '@langchain/openai'
import { generateObject, generateText, isStepCount, type ModelMessage, streamText, tool } from 'ai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Pollux, type User } from './support/pollux.ts'
import { CLOCK, HOME, PLACES, QUESTION, Trip } from './support/trip.ts'

const MODEL = 'gemini-3.8-flash'
const Forecast = z.object({ city: z.string(), degrees: z.number().nullable() })
const FORECAST = { city: 'Oslo', degrees: null }
const city = z.object({ city: z.string() })

let pollux: Pollux

beforeAll(async () => {
  pollux = await Pollux.start()
})

afterAll(() => pollux[Symbol.asyncDispose]())

function openai({ key }: User) {
  return createOpenAI({ apiKey: key, baseURL: `${pollux.url}/v1` })
}

/** What Google was sent last, as text. */
async function toldTo(user: User): Promise<string> {
  return JSON.stringify((await pollux.callsTo(user)).at(-1)?.body)
}

describe.concurrent('the AI SDK', () => {
  const STORES = [
    ['with what it stores', {}],
    ['with store: false', { openai: { store: false } }],
  ] as const

  describe.each(PLACES)('tool loops: %s through %s', (model, kind) => {
    it.each(STORES)('generateText by Responses, %s', async (_, providerOptions) => {
      const trip = await Trip.plan(pollux, [kind])
      const { text, steps } = await generateText({
        model: openai(trip.user)(model),
        prompt: QUESTION,
        tools: {
          weather: tool({ inputSchema: city, execute: trip.weather }),
          time: tool({ inputSchema: city, execute: trip.time }),
        },
        stopWhen: isStepCount(5),
        maxRetries: 0,
        providerOptions,
      })
      expect(text).toContain(CLOCK)
      expect(await trip.account()).toEqual(HOME)
      expect(steps.map(({ finishReason }) => finishReason)).toEqual([
        'tool-calls',
        'tool-calls',
        'stop',
      ])
    })

    it.each(STORES)('streamText by Responses, %s', async (_, providerOptions) => {
      const trip = await Trip.plan(pollux, [kind])
      const { stream, text } = streamText({
        model: openai(trip.user)(model),
        prompt: QUESTION,
        tools: {
          weather: tool({ inputSchema: city, execute: trip.weather }),
          time: tool({ inputSchema: city, execute: trip.time }),
        },
        stopWhen: isStepCount(5),
        maxRetries: 0,
        providerOptions,
      })
      const kinds = new Set<string>()
      for await (const { type } of stream) kinds.add(type)
      expect(kinds).not.toContain('error')
      expect(await text).toContain(CLOCK)
      expect(await trip.account()).toEqual(HOME)
    })
  })

  it('keeps its own side of a chat, of which it sends references', async () => {
    const user = await pollux.givenUser()
    const messages: ModelMessage[] = [{ role: 'user', content: 'I am Ada.' }]
    const model = openai(user)(MODEL)
    await pollux.script(user, { text: 'Welcome to the engine.' })
    const first = await generateText({ model, messages, maxRetries: 0 })
    messages.push(...first.response.messages, { role: 'user', content: 'Who am I?' })
    await generateText({ model, messages, maxRetries: 0 })
    expect(await toldTo(user)).toContain('Welcome to the engine.')
  })

  it('generateObject, and a custom tool', async () => {
    const user = await pollux.givenUser()
    await pollux.script(user, { text: JSON.stringify(FORECAST) })
    const asked = { model: openai(user)(MODEL), prompt: 'Oslo?', schema: Forecast, maxRetries: 0 }
    expect((await generateObject(asked)).object).toEqual(FORECAST)
    await pollux.script(user, {
      parts: [{ functionCall: { name: 'patch', args: { input: '*** Begin' } } }],
    })
    const { toolCalls } = await generateText({
      model: openai(user)(MODEL),
      prompt: 'Mend it.',
      tools: { patch: openai(user).tools.customTool({ description: 'Patches' }) },
      maxRetries: 0,
    })
    expect(toolCalls[0]).toMatchObject({ toolName: 'patch', input: '*** Begin' })
  })
})

describe.concurrent('LangChain', () => {
  function chatModel({ key }: User, model: string): ChatOpenAI {
    return new ChatOpenAI({
      model,
      apiKey: key,
      maxRetries: 0,
      useResponsesApi: true,
      configuration: { baseURL: `${pollux.url}/v1` },
    })
  }

  describe.each(PLACES)('tool loops: %s through %s', (model, kind) => {
    it.each(['invoke', 'stream'] as const)('tool loops by Responses: %s', async (how) => {
      const trip = await Trip.plan(pollux, [kind])
      const tools = [
        langchainTool(trip.weather, { name: 'weather', schema: city }),
        langchainTool(trip.time, { name: 'time', schema: city }),
      ]
      const bound = chatModel(trip.user, model).bindTools(tools)
      const messages: BaseMessage[] = [new HumanMessage(QUESTION)]
      let said = ''
      for (let step = 0; step < 4; step++) {
        const answer =
          how === 'invoke' ? await bound.invoke(messages) : await whole(bound, messages)
        messages.push(answer)
        said = answer.text
        const { tool_calls: calls = [] } = answer
        if (calls.length === 0) break
        for (const { id = '', name, args } of calls) {
          messages.push(
            new ToolMessage({
              tool_call_id: id,
              content: await trip.run(name, JSON.stringify(args)),
            }),
          )
        }
      }
      expect(said).toContain(CLOCK)
      expect(await trip.account()).toEqual(HOME)
    })
  })

  it('structured output', async () => {
    const user = await pollux.givenUser()
    await pollux.script(user, { text: JSON.stringify(FORECAST) })
    const structured = chatModel(user, MODEL).withStructuredOutput(Forecast, {
      method: 'jsonSchema',
    })
    expect(await structured.invoke('Oslo?')).toEqual(FORECAST)
  })
})

type Bound = ReturnType<ChatOpenAI['bindTools']>

async function whole(bound: Bound, messages: BaseMessage[]): Promise<AIMessage> {
  let all: Awaited<ReturnType<Bound['invoke']>> | null = null
  for await (const chunk of await bound.stream(messages)) {
    all = all === null ? chunk : (all.concat(chunk) as typeof all)
  }
  if (all === null) throw new Error('nothing came')
  return all
}
