/** Tool loops as people write them with the openai SDK, and those that the SDK runs itself. */
import OpenAI from 'openai'
import { zodFunction } from 'openai/helpers/zod'
import type { ChatCompletionMessage, ChatCompletionMessageParam } from 'openai/resources'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Pollux } from './support/pollux.ts'
import { CLOCK, HOME, PLACES, QUESTION, Trip } from './support/trip.ts'

const TOOLS = ['weather', 'time'].map((name) => ({
  type: 'function' as const,
  function: {
    name,
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
}))

let pollux: Pollux

beforeAll(async () => {
  pollux = await Pollux.start()
})

afterAll(() => pollux[Symbol.asyncDispose]())

function client({ user }: Trip): OpenAI {
  return new OpenAI({ apiKey: user.key, baseURL: `${pollux.url}/v1`, maxRetries: 0 })
}

/** What a loop makes of an answer before it sends the answer back. */
type Habit = (answer: ChatCompletionMessage) => ChatCompletionMessageParam

const echo: Habit = (answer) => answer
/** Keeps only what OpenAI documents, so `extra_content` and the signature in it are lost. */
const rebuild: Habit = ({ content, tool_calls: calls = [] }) => ({
  role: 'assistant',
  content,
  tool_calls: calls.flatMap((call) =>
    call.type === 'function'
      ? { id: call.id, type: call.type, function: { ...call.function } }
      : [],
  ),
})

type Ask = (messages: ChatCompletionMessageParam[]) => Promise<ChatCompletionMessage>

async function loop(trip: Trip, ask: Ask, habit: Habit): Promise<string | null> {
  const messages: ChatCompletionMessageParam[] = [{ role: 'user', content: QUESTION }]
  for (;;) {
    const answer = await ask(messages)
    const { tool_calls: calls = [] } = answer
    if (calls.length === 0) return answer.content
    messages.push(habit(answer))
    const results = calls.map(async (call) => {
      if (call.type !== 'function') throw new Error(`a call of type ${call.type}`)
      const content = await trip.run(call.function.name, call.function.arguments)
      return { role: 'tool' as const, tool_call_id: call.id, content }
    })
    // In the order in which they finish.
    messages.push(...(await Promise.all(results)).toReversed())
  }
}

function runnable(trip: Trip) {
  const parameters = z.object({ city: z.string() })
  return [
    zodFunction({ name: 'weather', parameters, function: trip.weather }),
    zodFunction({ name: 'time', parameters, function: trip.time }),
  ]
}

describe.concurrent.each(PLACES)('openai tool loops: %s through %s', (model, kind) => {
  it.each([
    ['echoes the message whole', echo],
    ['loses extra_content', rebuild],
  ])('create, in a loop that %s', async (_, habit) => {
    const trip = await Trip.plan(pollux, [kind])
    const ask: Ask = async (messages) => {
      const completion = await client(trip).chat.completions.create({
        model,
        messages,
        tools: TOOLS,
      })
      const [choice] = completion.choices
      expect(choice?.finish_reason).toBe(choice?.message.tool_calls ? 'tool_calls' : 'stop')
      if (choice === undefined) throw new Error('no choice')
      return choice.message
    }
    expect(await loop(trip, ask, habit)).toContain(CLOCK)
    expect(await trip.account()).toEqual(HOME)
  })

  it.each([
    ['echoes the message whole', echo],
    ['loses extra_content', rebuild],
  ])('stream helper, in a loop that %s', async (_, habit) => {
    const trip = await Trip.plan(pollux, [kind])
    const ask: Ask = (messages) =>
      client(trip).chat.completions.stream({ model, messages, tools: TOOLS }).finalMessage()
    expect(await loop(trip, ask, habit)).toContain(CLOCK)
    expect(await trip.account()).toEqual(HOME)
  })

  it('runTools', async () => {
    const trip = await Trip.plan(pollux, [kind])
    const runner = client(trip).chat.completions.runTools({
      model,
      messages: [{ role: 'user', content: QUESTION }],
      tools: runnable(trip),
    })
    expect(await runner.finalContent()).toContain(CLOCK)
    expect(await trip.account()).toEqual(HOME)
    const { total_tokens } = await runner.totalUsage()
    expect(total_tokens).toBeGreaterThan(0)
  })

  it('runTools, streamed', async () => {
    const trip = await Trip.plan(pollux, [kind])
    const runner = client(trip).chat.completions.runTools({
      model,
      stream: true,
      messages: [{ role: 'user', content: QUESTION }],
      tools: runnable(trip),
    })
    const deltas: string[] = []
    runner.on('content', (delta) => deltas.push(delta))
    const text = await runner.finalContent()
    expect(deltas.join('')).toBe(text)
    expect(text).toContain(CLOCK)
    expect(await trip.account()).toEqual(HOME)
  })
})

it('a 429 in the middle of a tool loop is answered by the next credential, signatures and all', async () => {
  const trip = await Trip.plan(pollux, ['api_key', 'api_key'], [0, 1])
  const ask: Ask = (messages) =>
    client(trip)
      .chat.completions.stream({ model: 'gemini-3.8-flash', messages, tools: TOOLS })
      .finalMessage()
  expect(await loop(trip, ask, rebuild)).toContain(CLOCK)
  expect(await trip.account(1)).toEqual(HOME)
  const { ring, requests, ledger } = await pollux.settledStats(trip.user)
  expect(ring).toMatchObject({ rotations: 1, cursor: trip.user.credentials[1]?.id })
  expect(requests).toMatchObject({ total: 3, ok: 3 })
  expect(ledger).toMatchObject({ granted: 4, settled: 4 })
})
