/** The openai SDK on the Responses API, unmodified, against a real workerd over HTTP. */
import OpenAI, { APIError, NotFoundError } from 'openai'
import { zodResponsesFunction, zodTextFormat } from 'openai/helpers/zod'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Pollux } from './support/pollux.ts'
import { CLOCK, HOME, PLACES, QUESTION, Trip } from './support/trip.ts'

const model = 'gemini-2.5-flash'
const Forecast = z.object({ city: z.string(), degrees: z.number().nullable() })
const FORECAST = { city: 'Oslo', degrees: null }

let pollux: Pollux

beforeAll(async () => {
  pollux = await Pollux.start()
})

afterAll(() => pollux[Symbol.asyncDispose]())

function clientOf({ key }: { readonly key: string }, maxRetries = 0): OpenAI {
  return new OpenAI({ apiKey: key, baseURL: `${pollux.url}/v1`, maxRetries })
}

const tools = ['weather', 'time'].map((name) =>
  zodResponsesFunction({ name, parameters: z.object({ city: z.string() }) }),
)

describe.concurrent('the openai SDK', () => {
  it.each(['api_key', 'service_account', 'authorized_user'] as const)(
    'creates a response through a credential of type %s',
    async (kind) => {
      const openai = clientOf(await pollux.givenUser([kind]))
      const response = await openai.responses.create({ model, input: 'Hello there' })
      expect(response).toMatchObject({ status: 'completed', store: true })
      expect(response.output_text).toContain('Hello there')
      const { input_tokens = 0, output_tokens = 0, total_tokens } = response.usage ?? {}
      expect(total_tokens).toBe(input_tokens + output_tokens)
    },
  )

  it('iterates a stream, by hand and with the helper', async () => {
    const openai = clientOf(await pollux.givenUser())
    const events = await openai.responses.create({ model, input: 'Hello there', stream: true })
    const types: string[] = []
    for await (const { type } of events) types.push(type)
    expect(types[0]).toBe('response.created')
    expect(types.at(-1)).toBe('response.completed')
    const helper = openai.responses.stream({ model, input: 'Hello there' })
    let said = ''
    helper.on('response.output_text.delta', ({ delta }) => (said += delta))
    const final = await helper.finalResponse()
    expect(final.output_text).toBe(said)
    expect(said).toContain('Hello there')
  })

  it.each([false, true])('parses what it asked for in JSON, streamed %j', async (isStreamed) => {
    const user = await pollux.givenUser()
    await pollux.script(user, { text: JSON.stringify(FORECAST) })
    const asked = { model, input: 'Oslo?', text: { format: zodTextFormat(Forecast, 'forecast') } }
    const openai = clientOf(user)
    const parsed = isStreamed
      ? await openai.responses.stream(asked).finalResponse()
      : await openai.responses.parse(asked)
    expect(parsed.output_parsed).toEqual(FORECAST)
  })

  it('goes on from a response by its id, reads it, its input, and deletes it', async () => {
    const user = await pollux.givenUser()
    const openai = clientOf(user)
    const first = await openai.responses.create({ model, input: 'I am Ada.' })
    const next = await openai.responses.create({
      model,
      input: 'Who am I?',
      previous_response_id: first.id,
    })
    expect(next.previous_response_id).toBe(first.id)
    const told = JSON.stringify((await pollux.callsTo(user)).at(-1)?.body)
    expect(told).toContain('I am Ada.')
    expect(told).toContain('You said: I am Ada.')

    expect(await openai.responses.retrieve(next.id)).toEqual(
      expect.objectContaining({ id: next.id, output: next.output, usage: next.usage }),
    )
    const texts: string[] = []
    const listed = openai.responses.inputItems.list(next.id, { order: 'asc', limit: 2 })
    for await (const item of listed) {
      if (item.type === 'message') texts.push(item.content.map((p) => 'text' in p && p.text).join())
    }
    expect(texts).toEqual(['I am Ada.', 'You said: I am Ada.', 'Who am I?'])

    const events = await openai.responses.retrieve(next.id, { stream: true })
    const types: string[] = []
    for await (const { type } of events) types.push(type)
    expect(types.at(-1)).toBe('response.completed')

    await openai.responses.delete(first.id)
    await expect(openai.responses.retrieve(first.id)).rejects.toThrow(NotFoundError)
    const stranger = clientOf(await pollux.givenUser())
    await expect(stranger.responses.retrieve(next.id)).rejects.toThrow(NotFoundError)
  })

  it('goes on from large pictures with captions in any script, and lists them', async () => {
    const openai = clientOf(await pollux.givenUser())
    const image_url = `data:image/png;base64,iVBORw0KGgo${'A'.repeat(8_999_989)}`
    const content = [
      { type: 'input_text' as const, text: 'Что это?' },
      { type: 'input_image' as const, image_url, detail: 'auto' as const },
    ]
    const asked = { model, input: [{ role: 'user' as const, content }] }
    const first = await openai.responses.create(asked)
    const next = await openai.responses.create({ ...asked, previous_response_id: first.id })
    expect(next).toMatchObject({ store: true })
    const last = await openai.responses.create({
      model,
      input: 'Well?',
      previous_response_id: next.id,
    })
    const listed: unknown[] = []
    for await (const item of openai.responses.inputItems.list(last.id)) listed.push(item)
    expect(listed).toHaveLength(5)
    expect(listed.at(-1)).toMatchObject({ content })
  })

  it('holds a conversation', async () => {
    const user = await pollux.givenUser()
    const openai = clientOf(user)
    const conversation = await openai.conversations.create({
      metadata: { topic: 'demo' },
      items: [{ role: 'user', content: 'I am Ada.' }],
    })
    expect(conversation).toMatchObject({ object: 'conversation', metadata: { topic: 'demo' } })
    const response = await openai.responses.create({
      model,
      input: 'Who am I?',
      conversation: conversation.id,
    })
    expect(response.conversation).toEqual({ id: conversation.id })
    expect(JSON.stringify((await pollux.callsTo(user)).at(-1)?.body)).toContain('I am Ada.')
    const items = await openai.conversations.items.list(conversation.id, { order: 'asc' })
    expect(items.data.map(({ type }) => type)).toEqual(['message', 'message', 'message'])
    const [first] = items.data
    const read = { conversation_id: conversation.id }
    expect(await openai.conversations.items.retrieve(first?.id ?? '', read)).toEqual(first)
    await openai.conversations.items.delete(first?.id ?? '', read)
    await openai.conversations.items.create(conversation.id, {
      items: [{ role: 'user', content: 'More.' }],
    })
    expect((await openai.conversations.items.list(conversation.id)).data).toHaveLength(3)
    const updated = await openai.conversations.update(conversation.id, { metadata: {} })
    expect(updated.metadata).toEqual({})
    await openai.conversations.delete(conversation.id)
    await expect(openai.conversations.retrieve(conversation.id)).rejects.toThrow(NotFoundError)
  })

  describe.each(PLACES)('tools on %s through %s', (place, kind) => {
    it.each(['whole history', 'previous_response_id'] as const)(
      'tool loops with the %s',
      async (how) => {
        const trip = await Trip.plan(pollux, [kind])
        const openai = clientOf(trip.user)
        let input: OpenAI.Responses.ResponseInput = [{ role: 'user', content: QUESTION }]
        let previous: string | undefined
        let said = ''
        for (let step = 0; step < 3; step++) {
          const response = await openai.responses.create({
            model: place,
            tools,
            input,
            ...(previous !== undefined && { previous_response_id: previous }),
          })
          const calls = response.output.filter((item) => item.type === 'function_call')
          const results: OpenAI.Responses.ResponseInput = []
          for (const { call_id, name, arguments: args } of calls) {
            results.push({
              type: 'function_call_output',
              call_id,
              output: await trip.run(name, args),
            })
          }
          said = response.output_text
          if (results.length === 0) break
          if (how === 'whole history') {
            input = [...input, ...(response.output as OpenAI.Responses.ResponseInput), ...results]
          } else {
            input = results
            previous = response.id
          }
        }
        expect(said).toContain(CLOCK)
        expect(await trip.account()).toEqual(HOME)
      },
    )
  })

  it('hears of a stream that breaks, and of a failure', async () => {
    const user = await pollux.givenUser()
    await pollux.script(user, { text: 'some words that do not end', breakOffAfter: 2 })
    const openai = clientOf(user)
    const events = await openai.responses.create({ model, input: 'Hi', stream: true })
    await expect(collect(events)).rejects.toThrow(APIError)
    await pollux.script(user, { error: '400_generic' })
    await expect(openai.responses.create({ model, input: 'Hi' })).rejects.toMatchObject({
      status: 400,
    })
  })

  it('counts tokens, and compacts', async () => {
    const user = await pollux.givenUser()
    const openai = clientOf(user)
    const counted = await openai.responses.inputTokens.count({ model, input: 'Hello there' })
    expect(counted.input_tokens).toBeGreaterThan(0)
    await pollux.script(user, { text: 'Ada said who she is.' })
    const compacted = await openai.responses.compact({ model, input: 'I am Ada.' })
    expect(compacted.object).toBe('response.compaction')
    expect(compacted.output).toHaveLength(1)
    await openai.responses.create({
      model,
      input: [
        ...(compacted.output as OpenAI.Responses.ResponseInput),
        { role: 'user', content: 'Who am I?' },
      ],
    })
    const told = JSON.stringify((await pollux.callsTo(user)).at(-1)?.body)
    expect(told).toContain('Ada said who she is.')
  })
})

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = []
  for await (const item of items) collected.push(item)
  return collected
}
