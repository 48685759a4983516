/** Answers and arguments that the openai SDK parses with zod, and the errors that it raises if they end too soon. */
import OpenAI from 'openai'
import { ContentFilterFinishReasonError, LengthFinishReasonError } from 'openai/core/error'
import { zodFunction, zodResponseFormat } from 'openai/helpers/zod'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Pollux, type User } from './support/pollux.ts'
import { PLACES } from './support/trip.ts'

const Forecast = z.object({
  city: z.string(),
  days: z.array(z.object({ degrees: z.number().int(), wind: z.enum(['calm', 'gale']).nullable() })),
})
const FORECAST = { city: 'Oslo', days: [{ degrees: -3, wind: null }] }
const response_format = zodResponseFormat(Forecast, 'forecast')
const messages = [{ role: 'user' as const, content: 'What will it be like in Oslo?' }]

let pollux: Pollux

beforeAll(async () => {
  pollux = await Pollux.start()
})

afterAll(() => pollux[Symbol.asyncDispose]())

function completions({ key }: User): OpenAI['chat']['completions'] {
  return new OpenAI({ apiKey: key, baseURL: `${pollux.url}/v1`, maxRetries: 0 }).chat.completions
}

describe.concurrent.each(PLACES)('openai structured output: %s through %s', (model, kind) => {
  it('parse with a zod response format', async () => {
    const user = await pollux.givenUser([kind])
    await pollux.script(user, { text: JSON.stringify(FORECAST) })
    const { choices } = await completions(user).parse({ model, messages, response_format })
    expect(choices[0]?.message.parsed).toEqual(FORECAST)
    const [call] = await pollux.callsTo(user)
    expect(JSON.stringify(call?.body)).toContain('"responseMimeType":"application/json"')
  })

  it('parse with a zod tool', async () => {
    const user = await pollux.givenUser([kind])
    await pollux.script(user, { parts: [{ functionCall: { name: 'tell', args: FORECAST } }] })
    const { choices } = await completions(user).parse({
      model,
      messages,
      tools: [zodFunction({ name: 'tell', parameters: Forecast })],
    })
    expect(choices[0]?.finish_reason).toBe('tool_calls')
    expect(choices[0]?.message.tool_calls).toMatchObject([
      { type: 'function', function: { name: 'tell', parsed_arguments: FORECAST } },
    ])
  })

  it('stream helper with a zod response format', async () => {
    const user = await pollux.givenUser([kind])
    await pollux.script(user, { text: JSON.stringify(FORECAST, null, 2), sse: { split: 7 } })
    const stream = completions(user).stream({ model, messages, response_format })
    const snapshots: unknown[] = []
    stream.on('content', () => snapshots.push(stream.currentChatCompletionSnapshot))
    const { choices } = await stream.finalChatCompletion()
    expect(choices[0]?.message.parsed).toEqual(FORECAST)
    expect(snapshots.length).toBeGreaterThan(1)
  })

  it('runTools with a zod response format', async () => {
    const user = await pollux.givenUser([kind])
    await pollux.script(user, { parts: [{ functionCall: { name: 'look', args: {} } }] })
    // Gemini 2.5 takes no schema beside functions, so there the answer comes as one more call.
    const answer = model.startsWith('gemini-2.5')
      ? { parts: [{ functionCall: { name: 'final_answer', args: FORECAST } }] }
      : { text: JSON.stringify(FORECAST) }
    await pollux.script(user, answer)
    let looked = 0
    const look = zodFunction({
      name: 'look',
      parameters: z.object({}),
      function: () => {
        looked += 1
        return 'grey'
      },
    })
    const runner = completions(user).runTools({ model, messages, response_format, tools: [look] })
    const { choices } = await runner.finalChatCompletion()
    expect(choices[0]?.message.parsed).toEqual(FORECAST)
    expect(choices[0]?.finish_reason).toBe('stop')
    expect(looked).toBe(1)
  })

  it.each([
    ['length', 'MAX_TOKENS', LengthFinishReasonError],
    ['content_filter', 'SAFETY', ContentFilterFinishReasonError],
  ] as const)('raises that an answer ended by %s', async (_, finishReason, raised) => {
    const user = await pollux.givenUser([kind])
    const half = JSON.stringify(FORECAST).slice(0, 20)
    await pollux.script(user, { text: half, finishReason }, { times: 2 })
    const asked = { model, messages, response_format }
    await expect(completions(user).parse(asked)).rejects.toBeInstanceOf(raised)
    const stream = completions(user).stream(asked)
    await expect(stream.finalChatCompletion()).rejects.toBeInstanceOf(raised)
    // Both count as answers, though they are short.
    expect((await pollux.settledStats(user)).requests).toMatchObject({ ok: 2, failed: 0 })
  })
})
