/** LangChain's ChatOpenAI, which keeps only the documented fields of an answer, and retries by rules of its own. */
import {
  type AIMessage,
  AIMessageChunk,
  type BaseMessage,
  HumanMessage,
  ToolMessage,
} from '@langchain/core/messages'
import { tool } from '@langchain/core/tools'
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { base64 } from '../support/media.ts'
import { dataUrl, filesSent, inline, PDF, PNG, WAV } from './support/media.ts'
import { Pollux, type User } from './support/pollux.ts'
import { CLOCK, HOME, PLACES, QUESTION, Trip } from './support/trip.ts'

const MODEL = 'gemini-3.8-flash'
const Forecast = z.object({ city: z.string(), degrees: z.number().nullable() })
const FORECAST = { city: 'Oslo', degrees: null }
const prompt = 'What will it be like in Oslo?'

let pollux: Pollux

beforeAll(async () => {
  pollux = await Pollux.start()
})

afterAll(() => pollux[Symbol.asyncDispose]())

function chatModel({ key }: User, model: string = MODEL, maxRetries = 0): ChatOpenAI {
  return new ChatOpenAI({
    model,
    apiKey: key,
    maxRetries,
    configuration: { baseURL: `${pollux.url}/v1` },
  })
}

function toolsOf(trip: Trip) {
  const schema = z.object({ city: z.string() })
  return [
    tool(trip.weather, { name: 'weather', schema }),
    tool(trip.time, { name: 'time', schema }),
  ]
}

type Ask = (messages: BaseMessage[]) => Promise<AIMessage>

async function loop(trip: Trip, ask: Ask): Promise<string> {
  const messages: BaseMessage[] = [new HumanMessage(QUESTION)]
  for (;;) {
    const answer = await ask(messages)
    const { tool_calls: calls = [] } = answer
    if (calls.length === 0) return answer.text
    messages.push(answer)
    for (const { id = '', name, args } of calls) {
      const content = await trip.run(name, JSON.stringify(args))
      messages.push(new ToolMessage({ tool_call_id: id, content }))
    }
  }
}

describe.concurrent.each(PLACES)('LangChain tool loops: %s through %s', (model, kind) => {
  it('bindTools, invoked', async () => {
    const trip = await Trip.plan(pollux, [kind])
    const bound = chatModel(trip.user, model).bindTools(toolsOf(trip))
    expect(await loop(trip, (messages) => bound.invoke(messages))).toContain(CLOCK)
    expect(await trip.account()).toEqual(HOME)
  })

  it('bindTools, streamed', async () => {
    const trip = await Trip.plan(pollux, [kind])
    const bound = chatModel(trip.user, model).bindTools(toolsOf(trip))
    const ask: Ask = async (messages) => {
      let whole = new AIMessageChunk('')
      for await (const chunk of await bound.stream(messages)) whole = whole.concat(chunk)
      return whole
    }
    expect(await loop(trip, ask)).toContain(CLOCK)
    expect(await trip.account()).toEqual(HOME)
  })

  it('withStructuredOutput, by a schema', async () => {
    const user = await pollux.givenUser([kind])
    await pollux.script(user, { text: JSON.stringify(FORECAST) })
    const structured = chatModel(user, model).withStructuredOutput(Forecast, {
      method: 'jsonSchema',
    })
    expect(await structured.invoke(prompt)).toEqual(FORECAST)
  })

  it('withStructuredOutput, by a function that must be called', async () => {
    const user = await pollux.givenUser([kind])
    await pollux.script(user, { parts: [{ functionCall: { name: 'forecast', args: FORECAST } }] })
    const structured = chatModel(user, model).withStructuredOutput(Forecast, {
      name: 'forecast',
      method: 'functionCalling',
    })
    expect(await structured.invoke(prompt)).toEqual(FORECAST)
    const [call] = await pollux.callsTo(user)
    expect(JSON.stringify(call?.body)).toContain('"mode":"ANY"')
  })
})

describe.concurrent('LangChain', () => {
  it('invokes, and counts', async () => {
    const user = await pollux.givenUser()
    const answer = await chatModel(user).invoke(prompt)
    expect(answer.text).toContain('Oslo')
    expect(answer.response_metadata['finish_reason']).toBe('stop')
    // 16 of the tokens are thoughts.
    expect(answer.usage_metadata).toMatchObject({
      input_tokens: 8,
      output_tokens: 26,
      total_tokens: 34,
      output_token_details: { reasoning: 16 },
    })
  })

  it('streams, and counts once', async () => {
    const user = await pollux.givenUser()
    const chunks: AIMessageChunk[] = []
    for await (const chunk of await chatModel(user).stream(prompt)) chunks.push(chunk)
    expect(chunks.map(({ text }) => text).join('')).toContain('Oslo')
    const counted = chunks.filter(({ usage_metadata: usage }) => usage !== undefined)
    expect(counted).toHaveLength(1)
    expect(counted[0]?.usage_metadata).toMatchObject({ total_tokens: 34 })
  })

  it('withStructuredOutput, by any JSON', async () => {
    const user = await pollux.givenUser()
    await pollux.script(user, { text: JSON.stringify(FORECAST) })
    const structured = chatModel(user).withStructuredOutput(Forecast, { method: 'jsonMode' })
    expect(await structured.invoke(prompt)).toEqual(FORECAST)
    const [call] = await pollux.callsTo(user)
    expect(call?.body).toMatchObject({
      generationConfig: { responseMimeType: 'application/json' },
    })
  })

  it('keeps thoughts apart from the answer', async () => {
    const user = await pollux.givenUser()
    await pollux.script(user, { thought: 'It is winter there.', text: 'Cold.' })
    const answer = await chatModel(user).invoke(prompt)
    expect(answer.text).toBe('Cold.')
    expect(answer.additional_kwargs['reasoning_content']).toBe('It is winter there.')
  })

  it('shows an image, a sound and a file', async () => {
    const user = await pollux.givenUser()
    const content = [
      { type: 'text', text: 'What are these?' },
      { type: 'image_url', image_url: { url: dataUrl('image/png', PNG) } },
      { type: 'input_audio', input_audio: { data: base64(WAV), format: 'wav' } },
      {
        type: 'file',
        file: { filename: 'a.pdf', file_data: dataUrl('application/pdf', PDF) },
      },
    ]
    const answer = await chatModel(user).invoke([new HumanMessage({ content })])
    expect(answer.text).toContain('What are these?')
    expect(await filesSent(pollux, user)).toMatchObject([
      inline('image/png', PNG),
      inline('audio/wav', WAV),
      inline('application/pdf', PDF),
    ])
  })

  it('embeds', async () => {
    const { key } = await pollux.givenUser()
    const embeddings = new OpenAIEmbeddings({
      model: 'gemini-embedding-001',
      apiKey: key,
      maxRetries: 0,
      configuration: { baseURL: `${pollux.url}/v1` },
    })
    const [first, second] = await embeddings.embedDocuments(['one', 'two'])
    expect(first).toHaveLength(3072)
    expect(second).not.toEqual(first)
    expect(await embeddings.embedQuery('one')).toEqual(first)
  })

  it('raises that Google broke a stream off', async () => {
    const user = await pollux.givenUser()
    await pollux.script(user, { text: 'one two three four five six', breakOffAfter: 3 })
    let text = ''
    const read = async (): Promise<void> => {
      for await (const chunk of await chatModel(user).stream(prompt)) text += chunk.text
    }
    await expect(read()).rejects.toThrow(/Google/)
    expect(text).toMatch(/^one /)
  })

  it('does not ask again once the quota of the day is used up', async () => {
    const user = await pollux.givenUser()
    await pollux.script(user, { error: 'gemini_429_day' }, { times: 0 })
    await expect(chatModel(user, MODEL, 3).invoke(prompt)).rejects.toThrow(/quota/)
    const { requests } = await pollux.settledStats(user)
    expect(requests).toMatchObject({ total: 1, failed: 1 })
  })
})
