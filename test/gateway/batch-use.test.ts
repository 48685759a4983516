/** A batch's use is counted once, at half the price, when a client is first shown that the batch is over. */
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { native } from '../support/native.ts'
import {
  configure,
  givenUser,
  google,
  MODEL,
  settledStats,
  statsOf,
  type User,
} from '../support/pollux.ts'
import { ask, sharing, turn, uploaded } from '../support/things.ts'

interface Batch {
  readonly name: string
  readonly done?: boolean
  readonly response?: {
    readonly responsesFile?: string
    readonly inlinedResponses?: {
      readonly inlinedResponses: readonly {
        readonly response?: { readonly usageMetadata: Record<string, number> }
      }[]
    }
  }
}

/** Dollars for a million tokens of MODEL outside of batches (src/gemini/models/prices.ts). */
const PRICE = { in: 0.3, out: 2.5 }

function requestsFor(...texts: readonly string[]): object[] {
  return texts.map((text) => ({ request: { contents: [{ role: 'user', parts: [{ text }] }] } }))
}

async function made(
  user: User,
  inputConfig: object,
  method = 'batchGenerateContent',
  model = MODEL,
) {
  const answer = await native(user.key, { batch: { inputConfig } }, { method, model })
  expect(answer.status).toBe(200)
  return answer.json<Batch>()
}

function inline(user: User, ...texts: readonly string[]): Promise<Batch> {
  return made(user, { requests: { requests: requestsFor(...texts) } })
}

async function got(user: User, { name }: Batch): Promise<Batch> {
  const answer = await ask(user, 'GET', `/v1beta/${name}`)
  expect(answer.status).toBe(200)
  return answer.json<Batch>()
}

async function over(user: User, batch: Batch): Promise<Batch> {
  for (;;) {
    const now = await got(user, batch)
    if (now.done === true) return now
  }
}

function sumOf(answers: readonly Record<string, number>[]) {
  const of = (name: string): number => answers.reduce((sum, { [name]: n = 0 }) => sum + n, 0)
  return {
    prompt: of('promptTokenCount'),
    cached: of('cachedContentTokenCount'),
    output: of('candidatesTokenCount'),
    reasoning: of('thoughtsTokenCount'),
    tool_use: of('toolUsePromptTokenCount'),
  }
}

function usedIn({ response }: Batch) {
  const answers = response?.inlinedResponses?.inlinedResponses ?? []
  return sumOf(answers.map(({ response: one }) => one?.usageMetadata ?? {}))
}

function halfPrice({ prompt, output, reasoning }: ReturnType<typeof sumOf>): number {
  return (prompt * PRICE.in + (output + reasoning) * PRICE.out) / 2 / 1e6
}

/** Three answers of 12 MB. */
const PICTURES = [1, 2, 3].map((number) => ({
  response: {
    candidates: [
      {
        content: {
          parts: [{ inlineData: { mimeType: 'image/png', data: 'iVBO'.repeat(3_000_000) } }],
        },
      },
    ],
    usageMetadata: { promptTokenCount: 7, candidatesTokenCount: 1300 },
    responseId: `answer-${number}`,
  },
}))

const NONE = { prompt: 0, cached: 0, output: 0, reasoning: 0, tool_use: 0 }

afterEach(() => {
  vi.restoreAllMocks()
})

describe('the use of a batch', () => {
  it('is counted for its credential and model when a get shows that it is over, at half the price', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const batch = await inline(user, 'Say hello to the world', 'And good night')
    await turn(user)
    expect((await got(user, batch)).done).toBeUndefined()
    const before = await settledStats(user)
    expect(before.ring.credentials[0]).toMatchObject({
      tokens: NONE,
      cost: { usd: 0, unpriced: 0 },
    })
    const used = usedIn(await over(user, batch))
    expect(used.prompt).toBeGreaterThan(8)
    expect(used.output).toBeGreaterThan(2)
    const stats = await settledStats(user)
    const [owner, other] = stats.ring.credentials
    expect(owner?.models[MODEL]).toMatchObject({ ok: 1, granted: 1, tokens: used })
    expect(owner?.cost.usd).toBeCloseTo(halfPrice(used), 9)
    expect(owner?.cost.unpriced).toBe(0)
    expect(other?.tokens).toEqual(NONE)
    expect(stats.cost.usd).toBe(owner?.cost.usd)
    // A batch's use is not an attempt.
    expect(stats.requests).toEqual(before.requests)
    expect(stats.ledger).toEqual(before.ledger)
  })

  it('is counted once, however often and however many at once see it', async () => {
    const user = await givenUser()
    const batch = await inline(user, 'One', 'Two', 'Three')
    await got(user, batch)
    const many = await Promise.all(Array.from({ length: 12 }, () => got(user, batch)))
    const used = usedIn(many.at(-1) ?? batch)
    await over(user, batch)
    await (await ask(user, 'GET', '/v1beta/batches')).text()
    await (await ask(user, 'POST', `/v1beta/${batch.name}:cancel`)).text()
    await over(user, batch)
    const { ring } = await settledStats(user)
    expect(ring.credentials[0]?.tokens).toEqual(used)
    expect((await ask(user, 'DELETE', `/v1beta/${batch.name}`)).status).toBe(200)
    expect((await settledStats(user)).ring.credentials[0]?.tokens).toEqual(used)
  })

  it('is counted by a list as well', async () => {
    const user = await givenUser()
    const [one, other] = [await inline(user, 'One more'), await inline(user, 'And another one')]
    // The emulator's batch moves on with every poll. Polling without Pollux completes these two.
    const key = user.credentials[0]?.handle ?? ''
    for (const { name } of [one, other, one, other]) await polled(key, name)
    expect((await statsOf(user)).ring.credentials[0]?.tokens).toEqual(NONE)
    const answer = await ask(user, 'GET', '/v1beta/batches')
    const { operations } = await answer.json<{ operations: Batch[] }>()
    const used = operations.map(usedIn)
    const { ring } = await settledStats(user)
    expect(ring.credentials[0]?.tokens.prompt).toBe(
      used.reduce((sum, { prompt }) => sum + prompt, 0),
    )
    expect(ring.credentials[0]?.tokens.prompt).toBeGreaterThan(4)
  })

  it('whose answers are in a file is read from there, line by line', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const lines = requestsFor('First of the file', 'Second of the file', 'Third')
    const text = lines
      .map((line, index) => JSON.stringify({ key: `k${index}`, ...line }))
      .join('\n')
    const file = await uploaded(user, {}, { type: 'application/jsonl', text })
    await turn(user)
    const batch = await made(user, { fileName: file.name })
    const done = await over(user, batch)
    await Promise.all([over(user, batch), over(user, batch), over(user, batch)])
    const name = done.response?.responsesFile ?? ''
    expect(name).toMatch(/^files\//)
    const answer = await ask(user, 'GET', `/v1beta/${name}:download?alt=media`)
    expect(answer.status).toBe(200)
    const answers = (await answer.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { response: { usageMetadata: Record<string, number> } })
    expect(answers).toHaveLength(3)
    const used = sumOf(answers.map(({ response }) => response.usageMetadata))
    const stats = await settledStats(
      user,
      ({ ring }) => (ring.credentials[0]?.tokens.prompt ?? 0) > 0,
    )
    expect(stats.ring.credentials[0]).toMatchObject({ tokens: used, cost: { unpriced: 0 } })
    expect(stats.ring.credentials[0]?.cost.usd).toBeCloseTo(halfPrice(used), 9)
    await over(user, batch)
    expect((await settledStats(user)).ring.credentials[0]?.tokens).toEqual(used)
  })

  it('of vectors is their tokens', async () => {
    const user = await givenUser()
    const model = 'gemini-embedding-001'
    const requests = ['Some words', 'More of them'].map((text) => ({
      request: { content: { parts: [{ text }] } },
    }))
    const batch = await made(user, { requests: { requests } }, 'asyncBatchEmbedContent', model)
    await over(user, batch)
    const { ring } = await settledStats(user)
    const { tokens, cost } = ring.credentials[0]?.models[model] ?? {}
    expect(tokens?.prompt).toBeGreaterThan(3)
    expect(cost?.usd).toBeCloseTo(((tokens?.prompt ?? 0) * 0.15) / 2 / 1e6, 9)
  })

  it('that was ended before it had any is nothing', async () => {
    const user = await givenUser()
    const batch = await inline(user, 'Never mind')
    await (await ask(user, 'POST', `/v1beta/${batch.name}:cancel`)).text()
    expect((await got(user, batch)).done).toBe(true)
    expect((await settledStats(user)).ring.credentials[0]).toMatchObject({
      tokens: NONE,
      cost: { usd: 0, unpriced: 0 },
    })
  })

  it('is counted where it is deleted without a look', async () => {
    const user = await givenUser()
    const batch = await inline(user, 'Nobody reads this')
    const key = user.credentials[0]?.handle ?? ''
    await polled(key, batch.name)
    await polled(key, batch.name)
    expect((await ask(user, 'DELETE', `/v1beta/${batch.name}`)).status).toBe(200)
    expect((await settledStats(user)).ring.credentials[0]?.tokens.prompt).toBeGreaterThan(2)
  })

  it('is counted where its answers are too long to be held', { timeout: 20_000 }, async () => {
    const user = await givenUser()
    const batch = await inline(user, 'A picture of the sea', 'Another')
    const over = {
      ...batch,
      done: true,
      response: { inlinedResponses: { inlinedResponses: PICTURES } },
    }
    const credential = user.credentials[0]?.handle ?? ''
    const reply = { error: { status: 200, body: over } }
    await google.script({ credential, method: 'getBatch', reply, times: 2 })
    const answer = await ask(user, 'GET', `/v1beta/${batch.name}`)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual(over)
    const use = { prompt: 21, cached: 0, output: 3900, reasoning: 0, tool_use: 0 }
    expect((await settledStats(user)).ring.credentials[0]?.tokens).toEqual(use)
    await (await ask(user, 'GET', `/v1beta/${batch.name}`)).arrayBuffer()
    expect((await settledStats(user)).ring.credentials[0]?.tokens).toEqual(use)
  })

  it('counts for budgets and limits', async () => {
    const user = await givenUser()
    const batch = await inline(user, 'dear '.repeat(4000))
    // By its estimate, a short request costs at most 0.0026.
    await configure(user, { limits: { usd_total: 0.003 } })
    expect((await native(user.key)).status).toBe(200)
    await settledStats(user)
    const { prompt, output, reasoning } = usedIn(await over(user, batch))
    expect(prompt + output + reasoning).toBeGreaterThan(4000)
    const refused = await native(user.key)
    expect(refused.status).toBe(429)
    expect(await refused.text()).toContain('has used up its budget in all')
    await configure(user, { limits: { usd_total: null, total_tokens: prompt } })
    const again = await native(user.key)
    expect(again.status).toBe(429)
    expect(await again.text()).toMatch(/used up its .*tokens|tokens.*used up/)
  })

  it('is counted for who made it, and for nobody else of the same project', async () => {
    const { credential } = await google.registerApiKey()
    const [one, other] = await Promise.all([sharing(credential), sharing(credential)])
    const batch = await inline(one, 'Mine')
    await over(other, batch)
    expect((await settledStats(other)).ring.credentials[0]?.tokens).toEqual(NONE)
    const used = usedIn(await over(one, batch))
    expect((await settledStats(one)).ring.credentials[0]?.tokens).toEqual(used)
  })

  it('is counted by the next question where its file cannot be read by this one', async () => {
    const user = await givenUser()
    const text = JSON.stringify(requestsFor('Once')[0])
    const file = await uploaded(user, {}, { type: 'application/jsonl', text })
    const batch = await made(user, { fileName: file.name })
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const credential = user.credentials[0]?.handle ?? ''
    await google.script({ credential, method: 'downloadFile', reply: { error: '503_overloaded' } })
    await over(user, batch)
    await vi.waitFor(() => expect(log.mock.calls.flat().join()).toContain('batch_not_counted'))
    expect((await statsOf(user)).ring.credentials[0]?.tokens).toEqual(NONE)
    await over(user, batch)
    await settledStats(user, ({ ring }) => (ring.credentials[0]?.tokens.prompt ?? 0) > 0)
  })
})

/** Moves a batch on at Google, without Pollux noticing. */
async function polled(apiKey: string, name: string): Promise<void> {
  const answer = await fetch(`${env.EMULATOR_URL}/v1beta/${name}`, {
    headers: { 'x-goog-api-key': apiKey },
  })
  if (!answer.ok) throw new Error(await answer.text())
}

describe('the requests of a batch', () => {
  it.each(['inputConfig', 'input_config'])(
    'go to the model that the address names, and to no other (%s)',
    async (config) => {
      const user = await givenUser()
      await configure(user, { models: [MODEL] })
      const request = { model: 'models/gemini-2.5-pro', contents: [{ parts: [{ text: 'x' }] }] }
      const plain = { contents: [{ parts: [{ text: 'y' }] }] }
      const requests = { requests: [{ request, metadata: { key: 'a' } }, { request: plain }] }
      const batch = { model: 'models/gemini-2.5-pro', [config]: { requests } }
      const answer = await native(user.key, { batch }, { method: 'batchGenerateContent' })
      expect(answer.status).toBe(200)
      const [call] = await google.calls({ credential: user.credentials[0]?.handle ?? '' })
      const model = `models/${MODEL}`
      const sent = [{ request: { ...request, model }, metadata: { key: 'a' } }, { request: plain }]
      expect(call?.body).toEqual({ batch: { model, [config]: { requests: { requests: sent } } } })
      await settledStats(user)
    },
  )
})
