/** Anthropic's own SDK, the AI SDK's provider and LangChain's, unmodified, against a real workerd over HTTP. */
import { createAnthropic } from '@ai-sdk/anthropic'
import Anthropic from '@anthropic-ai/sdk'
import { ChatAnthropic } from '@langchain/anthropic'
import { jsonSchema, stepCountIs, streamText, tool } from 'ai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Reply } from '../../emulator/protocol.ts'
import { Pollux, type User } from './support/pollux.ts'

/** A model that demands thought signatures. */
const MODEL = 'gemini-3.1-pro-preview'
const TOOLS = [
  {
    name: 'weather',
    description: 'The weather in a city.',
    input_schema: { type: 'object' as const, properties: { city: { type: 'string' } } },
  },
]
const KINDS = ['api_key', 'service_account', 'authorized_user'] as const
const QUESTION = { role: 'user' as const, content: 'How is Paris?' }
const CALLS: Reply = {
  parts: [{ text: 'Let me see.', thought: true }, call('Paris'), call('Rome')] as never,
}

let pollux: Pollux

beforeAll(async () => {
  pollux = await Pollux.start()
})

afterAll(() => pollux[Symbol.asyncDispose]())

function call(city: string): object {
  return { functionCall: { name: 'weather', args: { city } } }
}

function client({ key }: User): Anthropic {
  return new Anthropic({ apiKey: key, baseURL: pollux.url, maxRetries: 0 })
}

async function script(user: User, ...replies: Reply[]): Promise<void> {
  for (const reply of replies) await pollux.script(user, reply)
}

describe('@anthropic-ai/sdk', () => {
  it.each(KINDS)('goes through turns with tools and thinking on %s', async (kind) => {
    const user = await pollux.givenUser([kind])
    await script(user, CALLS, { parts: [call('Oslo')] as never }, { text: 'Fine.' })
    const messages: Anthropic.MessageParam[] = [QUESTION]
    const ends: unknown[] = []
    for (let turn = 0; turn < 3; turn++) {
      const answer = await client(user)
        .messages.stream({
          model: MODEL,
          max_tokens: 9000,
          thinking: { type: 'adaptive' },
          tools: TOOLS,
          messages,
        })
        .finalMessage()
      ends.push(answer.stop_reason)
      messages.push({ role: 'assistant', content: answer.content })
      const calls = answer.content.filter((block) => block.type === 'tool_use')
      const results = calls.map(({ id }) => ({
        type: 'tool_result' as const,
        tool_use_id: id,
        content: 'sunny',
      }))
      if (results.length > 0) messages.push({ role: 'user', content: results.toReversed() })
    }
    expect(ends).toEqual(['tool_use', 'tool_use', 'end_turn'])
    expect(messages.at(-1)?.content).toContainEqual({ type: 'text', text: 'Fine.' })
  })

  it('creates, counts, lists models and raises errors of its own classes', async () => {
    const user = await pollux.givenUser()
    const anthropic = client(user)
    const message = await anthropic.messages.create({
      model: MODEL,
      max_tokens: 9000,
      messages: [QUESTION],
    })
    expect(message._request_id).toMatch(/^req_/)
    expect(message.content).toEqual([{ type: 'text', text: expect.stringContaining('Paris') }])
    const { input_tokens } = await anthropic.messages.countTokens({
      model: MODEL,
      messages: [QUESTION],
    })
    expect(input_tokens).toBeGreaterThan(0)
    const ids: string[] = []
    for await (const { id } of anthropic.models.list()) ids.push(id)
    expect(ids).toContain(`anthropic/${MODEL}`)
    const asked = { model: MODEL, max_tokens: 0, messages: [QUESTION] }
    await expect(anthropic.messages.create(asked)).rejects.toBeInstanceOf(Anthropic.BadRequestError)
    const stranger = client({ ...user, key: 'nobodys' })
    const refused = stranger.messages.create({ ...asked, max_tokens: 9 })
    await expect(refused).rejects.toBeInstanceOf(Anthropic.AuthenticationError)
  })

  it.each([false, true])('runs tools by itself, streamed: %j', async (stream) => {
    const user = await pollux.givenUser()
    await script(user, CALLS, { text: 'Fine.' })
    const asked: string[] = []
    const runner = client(user).beta.messages.toolRunner({
      model: MODEL,
      max_tokens: 9000,
      stream,
      messages: [QUESTION],
      tools: [
        {
          ...TOOLS[0],
          parse: (input: unknown) => input as { city: string },
          run: ({ city }: { city: string }) => {
            asked.push(city)
            return `Sunny in ${city}`
          },
        } as never,
      ],
    })
    const last = await runner.runUntilDone()
    expect(last.content).toEqual([{ type: 'text', text: 'Fine.' }])
    expect(asked).toEqual(['Paris', 'Rome'])
    expect(await pollux.callsTo(user)).toHaveLength(2)
  })

  it('adds and removes tools while it runs', async () => {
    const user = await pollux.givenUser()
    await script(user, CALLS, { parts: [{ functionCall: { name: 'time', args: {} } }] as never })
    await script(user, { text: 'Fine.' })
    const asked: string[] = []
    const time = {
      name: 'time',
      input_schema: { type: 'object' as const },
      parse: () => ({}),
      run: () => {
        asked.push('time')
        return 'Noon'
      },
    }
    const weather = {
      ...TOOLS[0],
      parse: (input: unknown) => input,
      run: () => {
        asked.push('weather')
        if (asked.length === 1) runner.addTools(time as never)
        runner.removeTools('weather')
        return 'Sunny'
      },
    }
    const runner = client(user).beta.messages.toolRunner({
      model: MODEL,
      max_tokens: 9000,
      messages: [QUESTION],
      tools: [weather as never],
    })
    expect((await runner.runUntilDone()).content).toEqual([{ type: 'text', text: 'Fine.' }])
    expect(asked).toContain('time')
    const declared = (await pollux.callsTo(user)).map(({ body }) => {
      const { tools } = body as { tools: { functionDeclarations: { name: string }[] }[] }
      return tools.flatMap(({ functionDeclarations: some }) => some.map(({ name }) => name))
    })
    expect(declared).toEqual([['weather'], ['time'], ['time']])
  })

  it('raises where Google breaks a stream off', async () => {
    const user = await pollux.givenUser()
    await script(user, { text: 'one two three four', breakOffAfter: 2 })
    const stream = client(user).messages.stream({
      model: MODEL,
      max_tokens: 9000,
      messages: [QUESTION],
    })
    await expect(stream.finalMessage()).rejects.toThrow('overloaded_error')
  })
})

describe('@ai-sdk/anthropic', () => {
  it.each(['gemini-3.1-pro-preview', 'claude-opus-5-5'])('runs tools with %s', async (model) => {
    const user = await pollux.givenUser()
    await script(user, CALLS, { text: 'Fine.' })
    const anthropic = createAnthropic({ apiKey: user.key, baseURL: `${pollux.url}/v1` })
    const answer = streamText({
      model: anthropic(model),
      prompt: QUESTION.content,
      maxOutputTokens: 9000,
      stopWhen: stepCountIs(3),
      tools: {
        weather: tool({
          description: 'The weather in a city.',
          inputSchema: jsonSchema<{ city: string }>({
            type: 'object',
            properties: { city: { type: 'string' } },
          }),
          execute: ({ city }) => `sunny in ${city}`,
        }),
      },
    })
    expect(await answer.text).toBe('Fine.')
    const steps = await answer.steps
    expect(steps.map(({ finishReason }) => finishReason)).toEqual(['tool-calls', 'stop'])
    expect(steps[0]?.toolResults).toHaveLength(2)
  })
})

describe('@langchain/anthropic', () => {
  it('streams with counts, and calls tools', async () => {
    const user = await pollux.givenUser(['service_account'])
    const chat = new ChatAnthropic({
      model: MODEL,
      apiKey: user.key,
      anthropicApiUrl: pollux.url,
      maxRetries: 0,
    })
    let input = 0
    let text = ''
    for await (const chunk of await chat.stream(QUESTION.content)) {
      const usage: unknown = chunk.usage_metadata
      input += (usage as { input_tokens?: number } | undefined)?.input_tokens ?? 0
      text += chunk.text
    }
    expect(text).toContain('Paris')
    expect(input).toBeGreaterThan(0)
    await script(user, CALLS)
    const answer = await chat.bindTools(TOOLS).invoke(QUESTION.content)
    expect(answer.tool_calls?.map(({ name }) => name)).toEqual(['weather', 'weather'])
  })
})
