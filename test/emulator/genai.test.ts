/** Google's own SDK against the emulator, without Pollux. */
import { ApiError, GoogleGenAI } from '@google/genai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { useGoogle } from './google.ts'

const google = await useGoogle()
const MODEL = 'gemini-2.5-flash'
const LONG = 'The quick brown fox jumps over the lazy dog. '.repeat(200)

interface Client {
  ai: GoogleGenAI
  handle: string
}

async function client(options: { project?: string } = {}): Promise<Client> {
  const { handle } = await google.control.registerApiKey(options)
  return { ai: new GoogleGenAI({ apiKey: handle, httpOptions: { baseUrl: google.url } }), handle }
}

async function refusal(promise: Promise<unknown>): Promise<[number, string]> {
  try {
    await promise
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    const body = JSON.parse(error.message) as { error: { message: string } }
    return [error.status, body.error.message]
  }
  throw new Error('was not refused')
}

const textFile = (text: string): Blob => new Blob([text], { type: 'text/plain' })

// A developer's environment must not influence these tests.
const kept = { ...process.env }
beforeAll(() => {
  for (const name of Object.keys(process.env)) {
    if (/^(?:GOOGLE|GEMINI)_/.test(name)) delete process.env[name]
  }
})
afterAll(() => {
  process.env = kept
})

describe('models', () => {
  it('generates, streams, counts', async () => {
    const { ai } = await client()
    const answer = await ai.models.generateContent({ model: MODEL, contents: 'hello' })
    expect(answer.text).toBe('You said: hello')
    const texts: (string | undefined)[] = []
    const stream = await ai.models.generateContentStream({ model: MODEL, contents: 'hello' })
    for await (const chunk of stream) texts.push(chunk.text)
    expect(texts.join('')).toBe('You said: hello')
    const counted = await ai.models.countTokens({ model: MODEL, contents: 'hello world' })
    expect(counted.totalTokens).toBe(3)
  })

  it('embeds one text and many', async () => {
    const { ai } = await client()
    const model = 'gemini-embedding-001'
    const one = await ai.models.embedContent({ model, contents: 'a' })
    const two = await ai.models.embedContent({ model, contents: ['a', 'b'] })
    expect(one.embeddings).toHaveLength(1)
    expect(two.embeddings).toHaveLength(2)
    expect(two.embeddings?.[0]?.values).toEqual(one.embeddings?.[0]?.values)
    const together = await ai.models.embedContent({
      model: 'gemini-embedding-2',
      contents: ['a', 'b'],
    })
    expect(together.embeddings).toHaveLength(1)
  })

  it('lists models page by page, and one', async () => {
    const { ai } = await client()
    const names: (string | undefined)[] = []
    for await (const model of await ai.models.list({ config: { pageSize: 7 } }))
      names.push(model.name)
    expect(names).toContain('models/gemini-4-carbon')
    expect(new Set(names).size).toBe(names.length)
    expect(await ai.models.get({ model: MODEL })).toMatchObject({ name: `models/${MODEL}` })
  })

  it('calls functions in a chat by itself', async () => {
    const { ai, handle } = await client()
    const parts = [{ functionCall: { name: 'add', args: { a: 1 } } }]
    await google.control.script({ credential: handle, reply: { parts } })
    const called: unknown[] = []
    const chat = ai.chats.create({
      model: 'gemini-3.8-flash',
      config: {
        tools: [
          {
            tool: async () => ({ functionDeclarations: [{ name: 'add' }] }),
            callTool: async (calls) => {
              called.push(...calls.map(({ args }) => args))
              return calls.map(({ id, name = '' }) => ({
                functionResponse: { ...(id ? { id } : {}), name, response: { sum: 2 } },
              }))
            },
          },
        ],
      },
    })
    expect((await chat.sendMessage({ message: 'add' })).text).toBe(
      'The function answered: {"sum":2}',
    )
    expect(called).toEqual([{ a: 1 }])
    expect((await chat.sendMessage({ message: 'thanks' })).text).toBe('You said: thanks')
  })

  it('goes on after a part of a long answer', async () => {
    const { ai, handle } = await client()
    const first = { text: 'one ', finishReason: 'CONTINUATION', continuationToken: '+/+/' }
    await google.control.script({ credential: handle, reply: first })
    await google.control.script({ credential: handle, reply: { text: 'two' } })
    const stream = await ai.models.generateContentStream({
      model: 'gemini-4-argon',
      contents: 'hello',
    })
    const texts: (string | undefined)[] = []
    for await (const chunk of stream) texts.push(chunk.text)
    expect(texts.join('')).toBe('one two')
    const other = await client()
    const config = { continuationToken: '+/+/' }
    expect(
      await refusal(
        other.ai.models.generateContent({ model: 'gemini-4-argon', contents: 'hello', config }),
      ),
    ).toEqual([400, 'Invalid continuation token.'])
  })
})

describe('files', () => {
  it('uploads, uses, lists and deletes one', async () => {
    const { ai } = await client()
    const config = { displayName: 'mine', mimeType: 'text/plain' }
    const file = await ai.files.upload({ file: textFile('hi'), config })
    expect(file).toMatchObject({
      displayName: 'mine',
      mimeType: 'text/plain',
      sizeBytes: '2',
      state: 'ACTIVE',
      source: 'UPLOADED',
    })
    expect(file.name).toMatch(/^files\/[a-z0-9]{12}$/)
    expect(file.uri).toBe(`https://generativelanguage.googleapis.com/v1beta/${file.name}`)
    const fileData = { fileUri: file.uri ?? '', mimeType: 'text/plain' }
    const contents = [{ fileData }, { text: 'what is it?' }]
    expect((await ai.models.generateContent({ model: MODEL, contents })).text).toBe(
      'You said: what is it?',
    )
    const names: (string | undefined)[] = []
    for await (const listed of await ai.files.list({ config: { pageSize: 1 } })) {
      names.push(listed.name)
    }
    expect(names).toEqual([file.name])
    expect((await ai.files.get({ name: file.uri ?? '' })).name).toBe(file.name)
    await ai.files.delete({ name: file.name ?? '' })
    const [status, message] = await refusal(ai.files.get({ name: file.name ?? '' }))
    expect([status, message]).toEqual([403, missing(file.name)])
    expect(await refusal(ai.models.generateContent({ model: MODEL, contents }))).toEqual([
      403,
      message,
    ])
  })

  it('sends a large one in pieces', async () => {
    const { ai } = await client()
    const bytes = new Uint8Array(20 * 2 ** 20).fill(7)
    const file = await ai.files.upload({ file: new Blob([bytes], { type: 'video/mp4' }) })
    expect(file).toMatchObject({ sizeBytes: String(bytes.length), state: 'PROCESSING' })
    const calls = await google.control.calls({ method: 'uploadFile' })
    expect(calls).toHaveLength(4)
    const fileData = { fileUri: file.uri ?? '', mimeType: 'video/mp4' }
    expect(
      await refusal(ai.models.generateContent({ model: MODEL, contents: [{ fileData }] })),
    ).toEqual([
      400,
      `The File ${file.name?.slice(6)} is not in an ACTIVE state and usage is not allowed.`,
    ])
    expect((await ai.files.get({ name: file.name ?? '' })).state).toBe('ACTIVE')
  })

  it('are those of the project', async () => {
    const [mine, same, other] = [
      await client({ project: 'p1' }),
      await client({ project: 'p1' }),
      await client({ project: 'p2' }),
    ]
    const { name = '' } = await mine.ai.files.upload({ file: textFile('hi') })
    expect((await same.ai.files.get({ name })).name).toBe(name)
    expect(await refusal(other.ai.files.get({ name }))).toEqual([403, missing(name)])
    expect(await refusal(other.ai.files.delete({ name }))).toEqual([403, missing(name)])
  })
})

describe('caches', () => {
  it('are made, used, changed and deleted', async () => {
    const { ai } = await client()
    const config = { contents: LONG, systemInstruction: 'Be brief.', displayName: 'mine' }
    const cache = await ai.caches.create({ model: MODEL, config: { ...config, ttl: '300s' } })
    const { name = '' } = cache
    expect(cache).toMatchObject({ model: `models/${MODEL}`, displayName: 'mine' })
    const tokens = cache.usageMetadata?.totalTokenCount ?? 0
    expect(Date.parse(cache.expireTime ?? '') - Date.parse(cache.createTime ?? '')).toBe(300_000)
    const answer = await ai.models.generateContent({
      model: MODEL,
      contents: 'hello',
      config: { cachedContent: name },
    })
    expect(answer.text).toBe('You said: hello')
    expect(answer.usageMetadata?.cachedContentTokenCount).toBe(tokens)
    expect(answer.usageMetadata?.promptTokenCount).toBeGreaterThan(tokens)
    const later = await ai.caches.update({ name, config: { ttl: '900s' } })
    expect(later.expireTime).not.toBe(cache.expireTime)
    const names: (string | undefined)[] = []
    for await (const listed of await ai.caches.list()) names.push(listed.name)
    expect(names).toEqual([name])
    await ai.caches.delete({ name })
    expect(await refusal(ai.caches.get({ name }))).toEqual([403, NO_CACHE])
  })

  it("are refused where they are too small, of another model, or somebody else's", async () => {
    const { ai } = await client()
    expect(await refusal(ai.caches.create({ model: MODEL, config: { contents: 'hi' } }))).toEqual([
      400,
      'Cached content is too small. total_token_count=1, min_total_token_count=1024',
    ])
    const { name = '' } = await ai.caches.create({ model: MODEL, config: { contents: LONG } })
    const config = { cachedContent: name }
    const ask = (one: GoogleGenAI, model: string): Promise<unknown> =>
      one.models.generateContent({ model, contents: 'hello', config })
    expect(await refusal(ask(ai, 'gemini-2.5-pro'))).toEqual([
      400,
      `Model used by GenerateContent request (models/gemini-2.5-pro) and CachedContent (models/${MODEL}) has to be the same.`,
    ])
    const other = await client()
    expect(await refusal(ask(other.ai, MODEL))).toEqual([403, NO_CACHE])
  })
})

describe('batches', () => {
  it('are answered after a while', async () => {
    const { ai } = await client()
    const src = [
      { contents: [{ role: 'user', parts: [{ text: 'one' }] }], metadata: { key: 'a' } },
      { contents: [{ role: 'user', parts: [{ text: 'two' }] }], config: { topP: 7 } },
    ]
    const made = await ai.batches.create({ model: MODEL, src, config: { displayName: 'mine' } })
    const { name = '' } = made
    expect(made).toMatchObject({ displayName: 'mine', state: 'JOB_STATE_PENDING' })
    expect((await ai.batches.get({ name })).state).toBe('JOB_STATE_RUNNING')
    const done = await ai.batches.get({ name })
    expect(done.state).toBe('JOB_STATE_SUCCEEDED')
    const [first, second] = done.dest?.inlinedResponses ?? []
    expect(first?.response?.candidates?.[0]?.content?.parts?.[0]?.text).toBe('You said: one')
    expect(first?.metadata).toEqual({ key: 'a' })
    expect(second?.error?.message).toContain('top_p must be in the range')
    const names: (string | undefined)[] = []
    for await (const listed of await ai.batches.list()) names.push(listed.name)
    expect(names).toEqual([name])
    await ai.batches.delete({ name })
    expect((await refusal(ai.batches.get({ name })))[0]).toBe(404)
  })

  it('of a file are answered in a file', async () => {
    const { ai } = await client()
    const line = { key: 'a', request: { contents: [{ role: 'user', parts: [{ text: 'one' }] }] } }
    const file = await ai.files.upload({
      file: textFile(`${JSON.stringify(line)}\n`),
      config: { mimeType: 'application/jsonl' },
    })
    const made = await ai.batches.create({ model: MODEL, src: file.name ?? '' })
    await ai.batches.get({ name: made.name ?? '' })
    const done = await ai.batches.get({ name: made.name ?? '' })
    const answers = done.dest?.fileName ?? ''
    const { handle } = await google.control.registerApiKey()
    const get = (key: string): Promise<Response> =>
      fetch(`${google.url}/v1beta/${answers}:download?alt=media`, {
        headers: { 'x-goog-api-key': key },
      })
    expect((await get(handle)).status).toBe(403)
    const key = (await google.control.calls({ method: 'getBatch' }))[0]?.credential ?? ''
    const text = await (await get(key)).text()
    expect(JSON.parse(text)).toMatchObject({
      key: 'a',
      response: { candidates: [{ content: { parts: [{ text: 'You said: one' }] } }] },
    })
  })

  it('can be cancelled, and embed as well', async () => {
    const { ai } = await client()
    const { name = '' } = await ai.batches.create({
      model: MODEL,
      src: [{ contents: [{ role: 'user', parts: [{ text: 'one' }] }] }],
    })
    await ai.batches.cancel({ name })
    expect((await ai.batches.get({ name })).state).toBe('JOB_STATE_CANCELLED')
    const embeds = await ai.batches.createEmbeddings({
      model: 'gemini-embedding-001',
      src: { inlinedRequests: { contents: ['a', 'b'] } },
    })
    await ai.batches.get({ name: embeds.name ?? '' })
    const done = await ai.batches.get({ name: embeds.name ?? '' })
    expect(done.dest?.inlinedEmbedContentResponses).toHaveLength(2)
    expect(done.dest?.inlinedEmbedContentResponses?.[0]?.response?.embedding?.values).toHaveLength(
      3072,
    )
  })
})

describe('interactions', () => {
  it('are made, gone on from, got and deleted', async () => {
    const { ai } = await client()
    const made = await ai.interactions.create({ model: MODEL, input: 'hello' })
    expect(made).toMatchObject({ status: 'completed', model: MODEL })
    expect(made.output_text).toBe('You said: hello')
    const next = await ai.interactions.create({
      model: MODEL,
      input: [{ type: 'user_input', content: [{ type: 'text', text: 'and now' }] }],
      previous_interaction_id: made.id,
    })
    expect(next.output_text).toBe('You said: and now')
    expect(await ai.interactions.get(made.id)).toMatchObject({ id: made.id, status: 'completed' })
    await ai.interactions.delete(made.id)
    await expect(ai.interactions.get(made.id)).rejects.toThrow('Requested entity was not found.')
    const other = await client()
    await expect(other.ai.interactions.get(next.id)).rejects.toThrow('not found')
  })

  it('come as a stream that can be taken up again', async () => {
    const { ai } = await client()
    const stream = await ai.interactions.create({ model: MODEL, input: 'hello', stream: true })
    const events: { event_type: string; event_id?: string | undefined }[] = []
    for await (const event of stream) events.push(event)
    expect(events.map((event) => event.event_type)).toEqual([
      'interaction.created',
      'interaction.status_update',
      'step.start',
      ...Array.from({ length: 3 }, () => 'step.delta'),
      'step.stop',
      'interaction.completed',
    ])
    const [created] = events
    const { id } = Reflect.get(Object(created), 'interaction') as { id: string }
    const again = await ai.interactions.get(id, { stream: true, last_event_id: 'e5' })
    const rest: unknown[] = []
    for await (const event of again) rest.push(event)
    expect(rest).toEqual(events.slice(5))
  })

  it('run in the background, and can be cancelled', async () => {
    const { ai, handle } = await client()
    await google.control.script({
      credential: handle,
      method: 'createInteraction',
      reply: { polls: 2 },
      times: 2,
    })
    const ask = { model: MODEL, input: 'hello', background: true }
    const made = await ai.interactions.create(ask)
    expect(made.status).toBe('in_progress')
    expect((await ai.interactions.get(made.id)).status).toBe('in_progress')
    expect((await ai.interactions.get(made.id)).output_text).toBe('You said: hello')
    const other = await ai.interactions.create(ask)
    expect((await ai.interactions.cancel(other.id)).status).toBe('cancelled')
  })

  it('call functions', async () => {
    const { ai, handle } = await client()
    const parts = [{ functionCall: { name: 'add', args: { a: 1 } } }]
    await google.control.script({
      credential: handle,
      method: 'createInteraction',
      reply: { parts },
    })
    const tools = [{ type: 'function' as const, name: 'add' }]
    const made = await ai.interactions.create({ model: 'gemini-3.8-flash', input: 'add', tools })
    expect(made.status).toBe('requires_action')
    const call = made.steps?.find((step) => step.type === 'function_call')
    expect(call).toMatchObject({ name: 'add', arguments: { a: 1 } })
    const result = { type: 'function_result' as const, call_id: call?.id ?? '', result: '2' }
    const next = await ai.interactions.create({
      model: 'gemini-3.8-flash',
      input: [{ ...result, name: 'add' }],
      tools,
      previous_interaction_id: made.id,
    })
    expect(next.output_text).toContain('The function answered')
  })
})

const NO_CACHE = 'CachedContent not found (or permission denied)'

function missing(name = ''): string {
  const id = name.replace('files/', '')
  return `You do not have permission to access the File ${id} or it may not exist.`
}
