/** The real SDK, unmodified, against a real workerd over HTTP. */
import OpenAI, {
  APIError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  RateLimitError,
} from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { base64 } from '../support/media.ts'
import { dataUrl, filesSent, inline, PDF, PNG, WAV } from './support/media.ts'
import { Pollux } from './support/pollux.ts'

const model = 'gemini-2.5-flash'
const messages = [{ role: 'user' as const, content: 'Hello there' }]

let pollux: Pollux

beforeAll(async () => {
  pollux = await Pollux.start()
})

afterAll(() => pollux[Symbol.asyncDispose]())

/** The tests share the gateway and Google, but no user and no credential. */
describe.concurrent('the openai SDK', () => {
  function client(apiKey: string, maxRetries = 0): OpenAI {
    return new OpenAI({ apiKey, baseURL: `${pollux.url}/v1`, maxRetries })
  }

  it.each(['api_key', 'service_account', 'authorized_user'] as const)(
    'creates a completion through a credential of type %s',
    async (kind) => {
      const user = await pollux.givenUser([kind])
      const completion = await client(user.key).chat.completions.create({ model, messages })
      expect(completion._request_id).toMatch(/^req_[0-9a-f]{32}$/)
      expect(completion.choices[0]).toMatchObject({
        finish_reason: 'stop',
        message: { role: 'assistant', content: expect.stringContaining('Hello there') },
      })
      const { prompt_tokens = 0, completion_tokens = 0, total_tokens } = completion.usage ?? {}
      expect(prompt_tokens).toBeGreaterThan(0)
      expect(total_tokens).toBe(prompt_tokens + completion_tokens)
    },
  )

  it('iterates a stream', async () => {
    const user = await pollux.givenUser()
    const stream = await client(user.key).chat.completions.create({ model, messages, stream: true })
    const chunks = await collect(stream)
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toContain(
      'Hello there',
    )
    expect(chunks[0]?.choices[0]?.delta.role).toBe('assistant')
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('stop')
    expect(chunks.every(({ usage }) => usage === undefined)).toBe(true)
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1)
  })

  it('gets the usage last when it asks for it', async () => {
    const user = await pollux.givenUser()
    const stream = await client(user.key).chat.completions.create({
      model,
      messages,
      stream: true,
      stream_options: { include_usage: true },
    })
    const chunks = await collect(stream)
    expect(chunks.at(-1)).toMatchObject({
      choices: [],
      usage: { total_tokens: expect.any(Number) },
    })
    expect(chunks.filter(({ usage }) => usage)).toHaveLength(1)
  })

  it('collects a stream with its helper', async () => {
    const user = await pollux.givenUser(['service_account'])
    const stream = client(user.key).chat.completions.stream({ model, messages })
    const deltas: string[] = []
    stream.on('content', (delta) => deltas.push(delta))
    const completion = await stream.finalChatCompletion()
    const message = await stream.finalMessage()
    expect(message.content).toContain('Hello there')
    expect(deltas.join('')).toBe(message.content)
    expect(completion.choices[0]?.finish_reason).toBe('stop')
  })

  it.each(['api_key', 'service_account', 'authorized_user'] as const)(
    'shows an image, a sound and a file through %s',
    async (kind) => {
      const user = await pollux.givenUser([kind])
      const completion = await client(user.key).chat.completions.create({
        model,
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'What are these?' },
              { type: 'image_url', image_url: { url: dataUrl('image/png', PNG), detail: 'low' } },
              { type: 'input_audio', input_audio: { data: base64(WAV), format: 'wav' } },
              {
                type: 'file',
                file: { filename: 'a.pdf', file_data: dataUrl('application/pdf', PDF) },
              },
            ],
          },
        ],
      })
      expect(completion.choices[0]?.message.content).toContain('What are these?')
      expect(await filesSent(pollux, user)).toMatchObject([
        inline('image/png', PNG),
        inline('audio/wav', WAV),
        inline('application/pdf', PDF),
      ])
    },
  )

  it('gets several choices, whole and streamed', async () => {
    const user = await pollux.givenUser(['api_key', 'service_account'])
    const { completions } = client(user.key).chat
    const { choices, usage } = await completions.create({ ...hello(), n: 3 })
    expect(choices.map(({ index }) => index)).toEqual([0, 1, 2])
    expect(usage?.completion_tokens).toBeGreaterThan(0)
    const streamed = await completions.stream({ ...hello(), n: 3 }).finalChatCompletion()
    expect(streamed.choices.map(({ message }) => message.content)).toEqual(
      choices.map(({ message }) => message.content),
    )
  })

  it('gets thoughts beside the answer, whole and streamed', async () => {
    const user = await pollux.givenUser()
    await pollux.script(user, { thought: 'They greet me.', text: 'Hello.' }, { times: 2 })
    const { completions } = client(user.key).chat
    const { choices } = await completions.create({ ...hello(), reasoning_effort: 'low' })
    expect(choices[0]?.message).toMatchObject({
      content: 'Hello.',
      reasoning_content: 'They greet me.',
    })
    const chunks = await collect(await completions.create({ ...hello(), stream: true }))
    const deltas = chunks.map((chunk) => chunk.choices[0]?.delta ?? {})
    expect(deltas.flatMap((delta) => ('reasoning_content' in delta ? [delta] : []))).toMatchObject([
      { reasoning_content: 'They greet me.' },
    ])
    expect(deltas.map(({ content }) => content ?? '').join('')).toBe('Hello.')
  })

  it('lists and retrieves models', async () => {
    const { models } = client((await pollux.givenUser()).key)
    const ids = (await collect(models.list())).map(({ id }) => id)
    expect(ids).toContain(model)
    expect(await models.retrieve(model)).toMatchObject({ id: model, object: 'model' })
    await expect(models.retrieve('gemini-0-nought')).rejects.toBeInstanceOf(NotFoundError)
  })

  it('throws AuthenticationError for a wrong key', async () => {
    const error = await failure(client('sk-nobody-has-this').chat.completions.create(hello()))
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(error).toMatchObject({ status: 401, code: 'invalid_api_key' })
    expect(error.requestID).toMatch(/^req_/)
  })

  it('throws BadRequestError that names the parameter', async () => {
    const user = await pollux.givenUser()
    const error = await failure(
      client(user.key).chat.completions.create({ ...hello(), temperature: 7 }),
    )
    expect(error).toBeInstanceOf(BadRequestError)
    expect(error).toMatchObject({
      status: 400,
      param: 'temperature',
      type: 'invalid_request_error',
    })
    expect(await pollux.callsTo(user)).toEqual([])
  })

  it('throws NotFoundError for a model that Google does not have', async () => {
    const user = await pollux.givenUser()
    const error = await failure(
      client(user.key).chat.completions.create({ ...hello(), model: 'gemini-0-nought' }),
    )
    expect(error).toBeInstanceOf(NotFoundError)
    expect(error).toMatchObject({ status: 404, code: 'model_not_found', param: 'model' })
  })

  it('throws RateLimitError when every credential is out of quota', async () => {
    const user = await pollux.givenUser(['api_key', 'service_account'])
    await pollux.script(user, { error: minuteFor('20s') }, { times: 0 })
    await pollux.script(user, { error: minuteFor('40s') }, { times: 0, at: 1 })
    const error = await failure(client(user.key).chat.completions.create(hello()))
    expect(error).toBeInstanceOf(RateLimitError)
    expect(error).toMatchObject({ status: 429, code: 'rate_limit_exceeded' })
    expect(error.requestID).toMatch(/^req_/)
    const seconds = Number(error.headers?.get('retry-after'))
    // The earliest recovery is that of the first credential.
    expect(seconds).toBeGreaterThan(10)
    expect(seconds).toBeLessThanOrEqual(20)
    expect(Number(error.headers?.get('retry-after-ms'))).toBeGreaterThan(10_000)
    expect(await pollux.callsTo(user, 0)).toHaveLength(1)
    expect(await pollux.callsTo(user, 1)).toHaveLength(1)
  })

  it('waits for as long as it is told, and succeeds', async () => {
    const user = await pollux.givenUser()
    // Longer than the gateway itself waits for quota.
    await pollux.script(user, { error: minuteFor('4s') })
    const completion = await client(user.key, 1).chat.completions.create(hello())
    expect(completion.choices[0]?.message.content).toContain('Hello there')
    const [refused, answered] = await pollux.callsTo(user)
    expect(refused?.status).toBe(429)
    // Four seconds, minus the time between the refusal and the gateway's answer to it.
    expect((answered?.at ?? 0) - (refused?.at ?? 0)).toBeGreaterThan(3500)
    const { requests } = await pollux.settledStats(user)
    expect(requests).toMatchObject({ total: 2, ok: 1, failed: 1 })
  })

  it('notices nothing of a gap that is short', async () => {
    const user = await pollux.givenUser()
    await pollux.script(user, { error: minuteFor('2s') })
    const completion = await client(user.key).chat.completions.create(hello())
    expect(completion.choices[0]?.message.content).toContain('Hello there')
    const { requests } = await pollux.settledStats(user)
    expect(requests).toMatchObject({ total: 1, ok: 1, failed: 0 })
  })

  it('notices nothing of a rotation', async () => {
    const user = await pollux.givenUser(['api_key', 'authorized_user'])
    await pollux.script(user, { error: { preset: 'gemini_429_minute' } })
    const completion = await client(user.key).chat.completions.create(hello())
    expect(completion.choices[0]?.message.content).toContain('Hello there')
    const { ring, requests, ledger } = await pollux.settledStats(user)
    expect(ring).toMatchObject({ rotations: 1, cursor: user.credentials[1]?.id })
    expect(ring.credentials.map(({ attempts }) => [attempts.ok, attempts.quota])).toEqual([
      [0, 1],
      [1, 0],
    ])
    expect(requests).toMatchObject({ total: 1, ok: 1 })
    expect(ledger).toEqual({ granted: 2, settled: 2, open: 0, holds: true })
  })

  it('notices nothing of a rotation before a stream', async () => {
    const user = await pollux.givenUser(['api_key', 'service_account'])
    await pollux.script(user, { error: { preset: 'gemini_429_day' } })
    const stream = client(user.key).chat.completions.stream({ model, messages })
    expect((await stream.finalMessage()).content).toContain('Hello there')
    expect((await pollux.settledStats(user)).ring.rotations).toBe(1)
  })

  it('retries after an outage', async () => {
    const user = await pollux.givenUser()
    await pollux.script(user, { error: '503_overloaded' })
    await expect(client(user.key).chat.completions.create(hello())).rejects.toBeInstanceOf(
      InternalServerError,
    )
    await pollux.script(user, { error: '503_overloaded' })
    const completion = await client(user.key, 1).chat.completions.create(hello())
    expect(completion.choices[0]?.message.content).toContain('Hello there')
    expect((await pollux.callsTo(user)).map(({ status }) => status)).toEqual([503, 503, 200])
    const { requests, ring } = await pollux.settledStats(user)
    expect(requests).toMatchObject({ total: 3, ok: 1, failed: 2 })
    expect(ring.rotations).toBe(0)
  })

  it('raises an error when Google breaks a stream off', async () => {
    const user = await pollux.givenUser()
    await pollux.script(user, { text: 'one two three four five six', breakOffAfter: 2 })
    const stream = await client(user.key).chat.completions.create({ ...hello(), stream: true })
    let text = ''
    const finishes: unknown[] = []
    const error = await failure(
      (async () => {
        for await (const { choices } of stream) {
          text += choices[0]?.delta.content ?? ''
          if (choices[0]?.finish_reason) finishes.push(choices[0].finish_reason)
        }
      })(),
    )
    expect(error).toBeInstanceOf(APIError)
    expect(error).toMatchObject({ type: 'server_error', code: 'upstream_truncated' })
    expect(text).toMatch(/^one /)
    expect(finishes).toEqual([])
    expect((await pollux.settledStats(user)).requests).toMatchObject({ failed: 1, ok: 0 })
  })

  it('stops the call to Google when it stops reading', async () => {
    const user = await pollux.givenUser()
    const text = 'word '.repeat(200)
    await pollux.script(user, { text, chunkDelayMs: 100 })
    const stream = await client(user.key).chat.completions.create({ ...hello(), stream: true })
    for await (const { choices } of stream) {
      if (choices[0]?.delta.content) break // which aborts the request
    }
    const call = await pollux.google.waitForCall(
      ({ credential, finished }) => credential === user.credentials[0]?.handle && finished,
      15_000,
    )
    expect(call).toMatchObject({ aborted: true })
    expect(call.events).toBeLessThan(150)
    const { requests, ledger } = await pollux.settledStats(user)
    expect(requests).toMatchObject({ total: 1, cancelled: 1, ok: 0 })
    expect(ledger).toEqual({ granted: 1, settled: 1, open: 0, holds: true })
  })
})

function hello() {
  return { model, messages }
}

function minuteFor(retryDelay: string) {
  return { preset: 'gemini_429_minute', retryDelay } as const
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = []
  for await (const item of items) collected.push(item)
  return collected
}

/** The error with which a promise rejects. */
async function failure(outcome: Promise<unknown>): Promise<APIError> {
  try {
    await outcome
  } catch (error) {
    if (error instanceof APIError) return error
    throw error
  }
  throw new Error('it did not fail')
}
