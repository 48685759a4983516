/** OpenAI's Agents SDK, unmodified, whose default is the Responses API. */
import {
  Agent,
  imageGenerationTool,
  MemorySession,
  OpenAIConversationsSession,
  OpenAIProvider,
  Runner,
  tool,
  toolNamespace,
  toolSearchTool,
} from '@openai/agents'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Pollux, type User } from './support/pollux.ts'
import { CLOCK, HOME, PLACES, QUESTION, Trip } from './support/trip.ts'

const MODEL = 'gemini-3.8-flash'
const Forecast = z.object({ city: z.string(), degrees: z.number().nullable() })
const city = z.object({ city: z.string() })

let pollux: Pollux

beforeAll(async () => {
  pollux = await Pollux.start()
})

afterAll(() => pollux[Symbol.asyncDispose]())

function clientOf({ key }: User): OpenAI {
  return new OpenAI({ apiKey: key, baseURL: `${pollux.url}/v1`, maxRetries: 0 })
}

/** Without tracing, which would send the key to OpenAI. */
function runnerOf(user: User): Runner {
  return new Runner({
    modelProvider: new OpenAIProvider({
      openAIClient: clientOf(user) as never,
      useResponses: true,
    }),
    tracingDisabled: true,
  })
}

/** What Google was sent last, as text. */
async function toldTo(user: User): Promise<string> {
  return JSON.stringify((await pollux.callsTo(user)).at(-1)?.body)
}

describe.concurrent('@openai/agents', () => {
  describe.each(PLACES)('tool loops: %s through %s', (model, kind) => {
    it.each(['whole', 'streamed'] as const)('tool loops that the SDK runs: %s', async (how) => {
      const trip = await Trip.plan(pollux, [kind])
      const agent = new Agent({
        name: 'Guide',
        instructions: 'You know the weather.',
        model,
        tools: [
          tool({
            name: 'weather',
            description: 'The weather',
            parameters: city,
            execute: trip.weather,
          }),
          tool({ name: 'time', description: 'The time', parameters: city, execute: trip.time }),
        ],
      })
      const runner = runnerOf(trip.user)
      let said: unknown
      if (how === 'whole') {
        said = (await runner.run(agent, QUESTION)).finalOutput
      } else {
        const run = await runner.run(agent, QUESTION, { stream: true })
        for await (const _ of run);
        await run.completed
        said = run.finalOutput
      }
      expect(said).toContain(CLOCK)
      expect(await trip.account()).toEqual(HOME)
    })
  })

  it.each([
    ['its own memory', () => new MemorySession()],
    [
      'a conversation that Pollux keeps',
      (user: User) => new OpenAIConversationsSession({ client: clientOf(user) as never }),
    ],
  ] as const)('goes on with a session in %s', async (_, sessionOf) => {
    const user = await pollux.givenUser()
    const session = sessionOf(user)
    const agent = new Agent({ name: 'Friend', model: MODEL })
    const runner = runnerOf(user)
    await pollux.script(user, { text: 'Welcome to the engine.' })
    await runner.run(agent, 'I am Ada.', { session })
    const { finalOutput } = await runner.run(agent, 'Who am I?', { session })
    expect(finalOutput).toContain('Who am I?')
    const told = await toldTo(user)
    for (const words of ['I am Ada.', 'Welcome to the engine.', 'Who am I?']) {
      expect(told.split(words)).toHaveLength(2)
    }
    expect(await session.getItems()).toHaveLength(4)
    await session.clearSession()
  })

  it.each(['previousResponseId', 'conversationId'] as const)('goes on by %s', async (how) => {
    const user = await pollux.givenUser()
    const agent = new Agent({ name: 'Friend', model: MODEL })
    const runner = runnerOf(user)
    const { id: conversationId } = await clientOf(user).conversations.create()
    const first = await runner.run(
      agent,
      'I am Ada.',
      how === 'conversationId' ? { conversationId } : {},
    )
    const more =
      how === 'conversationId'
        ? { conversationId }
        : { previousResponseId: first.lastResponseId ?? '' }
    await runner.run(agent, 'Who am I?', more)
    expect((await toldTo(user)).split('"I am Ada."')).toHaveLength(2)
  })

  it.each([false, true])('calls tools whose loading is deferred, streamed %j', async (stream) => {
    const user = await pollux.givenUser()
    const find = tool({
      name: 'find',
      description: 'Finds a customer',
      parameters: z.object({ name: z.string() }),
      deferLoading: true,
      execute: ({ name }) => Promise.resolve(`${name} is number 7.`),
    })
    const crm = toolNamespace({ name: 'crm', description: 'Customers', tools: [find] })
    const tools = [...crm, toolSearchTool()]
    const agent = new Agent({ name: 'Desk', model: MODEL, tools })
    const found = { functionCall: { name: 'crm__find', args: { name: 'Ada' } } }
    await pollux.script(user, { parts: [found] })
    await pollux.script(user, { text: 'Seven.' })
    await pollux.script(user, { parts: [found] })
    await pollux.script(user, { text: 'Still seven.' })
    const session = new MemorySession()
    for (const answer of ['Seven.', 'Still seven.']) {
      const runner = runnerOf(user)
      const run = stream
        ? await runner.run(agent, 'Who is Ada?', { session, stream })
        : await runner.run(agent, 'Who is Ada?', { session })
      if ('completed' in run) await run.completed
      expect(run.finalOutput).toBe(answer)
      expect(await toldTo(user)).toContain('Ada is number 7.')
    }
  })

  it('shows the model its own picture again, of which the SDK sends the id alone', async () => {
    const user = await pollux.givenUser()
    const session = new MemorySession()
    const agent = new Agent({ name: 'Painter', model: MODEL, tools: [imageGenerationTool()] })
    const data =
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
    await pollux.script(user, {
      parts: [{ text: 'Here.' }, { inlineData: { mimeType: 'image/png', data } }],
    })
    const runner = runnerOf(user)
    await runner.run(agent, 'Draw a dot', { session })
    for (const more of ['Bluer', 'And bluer']) {
      await runner.run(agent, more, { session })
      expect((await toldTo(user)).split('"inlineData"')).toHaveLength(2)
    }
  })

  it('hands over to another agent, and answers by a schema', async () => {
    const user = await pollux.givenUser()
    const forecaster = new Agent({ name: 'Forecaster', model: MODEL, outputType: Forecast })
    const desk = Agent.create({ name: 'Desk', model: MODEL, handoffs: [forecaster] })
    await pollux.script(user, {
      parts: [{ functionCall: { name: 'transfer_to_Forecaster', args: {} } }],
    })
    await pollux.script(user, { text: JSON.stringify({ city: 'Oslo', degrees: null }) })
    const { finalOutput, lastAgent } = await runnerOf(user).run(desk, 'Oslo?')
    expect(finalOutput).toEqual({ city: 'Oslo', degrees: null })
    expect(lastAgent?.name).toBe('Forecaster')
  })

  it('asks once where Google first says nothing, and hears of a stream that breaks', async () => {
    const user = await pollux.givenUser()
    const agent = new Agent({ name: 'Friend', model: MODEL })
    await pollux.script(user, { text: '' })
    const { finalOutput } = await runnerOf(user).run(agent, 'Hi', { maxTurns: 3 })
    expect(finalOutput).toContain('Hi')
    expect((await pollux.settledStats(user)).requests).toMatchObject({ total: 1 })
    await pollux.script(user, { text: 'one two three four', breakOffAfter: 2 })
    const run = await runnerOf(user).run(agent, 'Hi', { stream: true })
    await expect(run.completed).rejects.toThrow('broke the answer off')
  })
})
