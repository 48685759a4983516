/** Google's own SDK, unmodified, against a real workerd over HTTP. */
import { ApiError, GoogleGenAI } from '@google/genai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Pollux, type User } from './support/pollux.ts'

const model = 'gemini-2.5-flash'
const LONG = 'The quick brown fox jumps over the lazy dog. '.repeat(300)

let pollux: Pollux

// Variables that a developer's machine may have must not affect these tests.
const kept = { ...process.env }
beforeAll(async () => {
  for (const name of Object.keys(process.env)) {
    if (/^(?:GOOGLE|GEMINI)_/.test(name)) delete process.env[name]
  }
  // The pump ticks at a fourth of it.
  pollux = await Pollux.start({ STREAM_IDLE_TIMEOUT_MS: '2000' })
})

afterAll(async () => {
  process.env = kept
  await pollux[Symbol.asyncDispose]()
})

function client({ key: apiKey }: User): GoogleGenAI {
  return new GoogleGenAI({ apiKey, httpOptions: { baseUrl: pollux.url } })
}

const textFile = (text: string): Blob => new Blob([text], { type: 'text/plain' })

describe('@google/genai', () => {
  it('generates, streams and counts', async () => {
    const ai = client(await pollux.givenUser())
    const answer = await ai.models.generateContent({ model, contents: 'hello' })
    expect(answer.text).toBe('You said: hello')
    const texts: (string | undefined)[] = []
    const stream = await ai.models.generateContentStream({ model, contents: 'hello' })
    for await (const chunk of stream) texts.push(chunk.text)
    expect(texts.join('')).toBe('You said: hello')
    expect((await ai.models.countTokens({ model, contents: 'hello' })).totalTokens).toBe(2)
  })

  it('embeds one text and several, and lists models', async () => {
    const ai = client(await pollux.givenUser())
    const embedding = 'gemini-embedding-001'
    const one = await ai.models.embedContent({ model: embedding, contents: 'a' })
    const two = await ai.models.embedContent({ model: embedding, contents: ['a', 'b'] })
    expect([one.embeddings?.length, two.embeddings?.length]).toEqual([1, 2])
    const names: (string | undefined)[] = []
    for await (const each of await ai.models.list({ config: { pageSize: 7 } }))
      names.push(each.name)
    expect(names).toContain(`models/${model}`)
    expect(await ai.models.get({ model })).toMatchObject({ name: `models/${model}` })
  })

  it('calls functions in a chat by itself, also where the ring turns between', async () => {
    const user = await pollux.givenUser(['api_key', 'api_key'])
    const credential = user.credentials[0]?.handle ?? ''
    const parts = [{ functionCall: { name: 'add', args: { a: 1 } } }]
    await pollux.google.script({ credential, reply: { parts } })
    const called: unknown[] = []
    const chat = client(user).chats.create({
      model: 'gemini-3.8-flash',
      config: {
        tools: [
          {
            tool: async () => ({ functionDeclarations: [{ name: 'add' }] }),
            callTool: async (calls) => {
              called.push(...calls.map(({ args }) => args))
              await pollux.google.script({ credential, reply: { error: 'gemini_429_minute' } })
              return calls.map(({ id, name = '' }) => ({
                functionResponse: { ...(id ? { id } : {}), name, response: { sum: 2 } },
              }))
            },
          },
        ],
      },
    })
    const answer = await chat.sendMessage({ message: 'add' })
    expect(answer.text).toBe('The function answered: {"sum":2}')
    expect(called).toEqual([{ a: 1 }])
  })

  it('goes on with a streamed chat whose model said something and made two calls, each in an event of its own', async () => {
    const user = await pollux.givenUser()
    const credential = user.credentials[0]?.handle ?? ''
    const call = (a: number) => ({ functionCall: { name: 'add', args: { a } } })
    const parts = [{ text: 'I add ' }, { text: 'twice. ' }, call(1), call(2)]
    await pollux.google.script({ credential, reply: { parts } })
    const tools = [{ functionDeclarations: [{ name: 'add' }] }]
    const chat = client(user).chats.create({ model, config: { tools } })
    const calls: { id?: string; name?: string }[] = []
    for await (const { functionCalls = [] } of await chat.sendMessageStream({ message: 'add' }))
      calls.push(...functionCalls)
    expect(chat.getHistory(true).filter(({ role }) => role === 'model').length).toBeGreaterThan(1)
    const message = calls.map(({ id, name = '' }) => ({
      functionResponse: { ...(id === undefined ? {} : { id }), name, response: { sum: 3 } },
    }))
    let told = ''
    for await (const { text = '' } of await chat.sendMessageStream({ message })) told += text
    expect(told).toContain('The function answered')
  })

  it('remembers the turn of a chat in which Google was silent for a while', async () => {
    const user = await pollux.givenUser()
    const credential = user.credentials[0]?.handle ?? ''
    await pollux.google.script({ credential, reply: { text: 'one two', chunkDelayMs: 1500 } })
    const chat = client(user).chats.create({ model })
    const texts: (string | undefined)[] = []
    for await (const { text } of await chat.sendMessageStream({ message: 'q' })) texts.push(text)
    expect(texts.join('')).toBe('one two')
    const told = chat.getHistory(true).map(({ parts = [] }) => parts[0]?.text)
    expect([told[0], told.slice(1).join('')]).toEqual(['q', 'one two'])
  })

  it('raises from a stream that breaks off', async () => {
    const user = await pollux.givenUser()
    const credential = user.credentials[0]?.handle ?? ''
    const reply = { text: 'one two three four five six', breakOffAfter: 2 }
    await pollux.google.script({ credential, reply })
    const stream = await client(user).models.generateContentStream({ model, contents: 'x' })
    const reading = (async () => {
      for await (const chunk of stream) void chunk
    })()
    await expect(reading).rejects.toMatchObject({ status: 503 })
  })

  it('is told by status and words why it is refused', async () => {
    const ai = client({ key: 'nobodys-key', credentials: [] })
    const refused = ai.models.generateContent({ model, contents: 'x' })
    await expect(refused).rejects.toBeInstanceOf(ApiError)
    await expect(refused).rejects.toMatchObject({ status: 401 })
  })

  it('uploads a file, reads it from its credential, lists and deletes it', async () => {
    const user = await pollux.givenUser(['api_key', 'api_key'])
    const ai = client(user)
    const file = await ai.files.upload({ file: textFile('hello'), config: { displayName: 'f' } })
    expect(file).toMatchObject({ state: 'ACTIVE', sizeBytes: '5' })
    const { uri: fileUri = '', mimeType = '', name = '' } = file
    const parts = [{ text: 'Read.' }, { fileData: { fileUri, mimeType } }]
    const answer = await ai.models.generateContent({ model, contents: [{ role: 'user', parts }] })
    expect(answer.text).toContain('Read.')
    const names: (string | undefined)[] = []
    for await (const each of await ai.files.list()) names.push(each.name)
    expect(names).toEqual([name])
    await ai.files.delete({ name })
    await expect(ai.files.get({ name })).rejects.toMatchObject({ status: 403 })
  })

  it('uploads in pieces', async () => {
    const ai = client(await pollux.givenUser())
    const bytes = 9 * 1024 * 1024
    const file = await ai.files.upload({ file: textFile('x'.repeat(bytes)) })
    expect(file.sizeBytes).toBe(String(bytes))
  })

  it('caches, uses the cache, changes and deletes it', async () => {
    const ai = client(await pollux.givenUser(['api_key', 'api_key']))
    const { name = '' } = await ai.caches.create({ model, config: { contents: LONG, ttl: '300s' } })
    const answer = await ai.models.generateContent({
      model,
      contents: 'Go',
      config: { cachedContent: name },
    })
    expect(answer.usageMetadata?.cachedContentTokenCount).toBeGreaterThan(1000)
    await ai.caches.update({ name, config: { ttl: '600s' } })
    await ai.caches.delete({ name })
    await expect(ai.caches.get({ name })).rejects.toMatchObject({ status: 403 })
  })

  it('makes a batch, asks for it and gets its answers', async () => {
    const ai = client(await pollux.givenUser(['api_key', 'api_key']))
    const contents = [{ role: 'user', parts: [{ text: 'Hi' }] }]
    const { name = '' } = await ai.batches.create({ model, src: [{ contents }] })
    await ai.batches.get({ name })
    const done = await ai.batches.get({ name })
    expect(done.state).toBe('JOB_STATE_SUCCEEDED')
    const [first] = done.dest?.inlinedResponses ?? []
    expect(first?.response?.candidates?.[0]?.content?.parts?.[0]?.text).toBe('You said: Hi')
  })

  it('holds interactions, whole and streamed', async () => {
    const ai = client(await pollux.givenUser(['api_key', 'api_key']))
    const made = await ai.interactions.create({ model, input: 'Hello' })
    expect(made.status).toBe('completed')
    const stream = await ai.interactions.create({
      model,
      input: 'Again',
      previous_interaction_id: made.id,
      stream: true,
    })
    const types: unknown[] = []
    for await (const event of stream) types.push(event.event_type)
    expect(types).toContain('interaction.completed')
    await ai.interactions.delete(made.id)
  })

  it('cancels an interaction, wherever the ring stands by then', async () => {
    const user = await pollux.givenUser(['api_key', 'api_key'])
    const [credential = ''] = user.credentials.map(({ handle }) => handle)
    await pollux.google.script({ credential, method: 'createInteraction', reply: { polls: 99 } })
    const ai = client(user)
    const made = await ai.interactions.create({ model, input: 'Think', background: true })
    expect(made.status).toBe('in_progress')
    await pollux.google.script({ credential, model, reply: { error: 'gemini_429_minute' } })
    await ai.models.generateContent({ model, contents: 'hello' })
    expect((await ai.interactions.cancel(made.id)).status).toBe('cancelled')
    expect((await ai.interactions.get(made.id)).status).toBe('cancelled')
    await expect(ai.interactions.cancel(made.id)).rejects.toMatchObject({ status: 400 })
    await ai.interactions.delete(made.id)
    await expect(ai.interactions.get(made.id)).rejects.toMatchObject({ status: 404 })
  })

  it('is told of an interaction’s stream that breaks off, and gets the rest', async () => {
    const user = await pollux.givenUser(['api_key', 'api_key'])
    const [credential = ''] = user.credentials.map(({ handle }) => handle)
    const reply = { breakOffAfter: 4 }
    await pollux.google.script({ credential, method: 'createInteraction', reply })
    const ai = client(user)
    const types: unknown[] = []
    const ids: (string | undefined)[] = []
    let id = ''
    for await (const event of await ai.interactions.create({ model, input: 'Go', stream: true })) {
      types.push(event.event_type)
      ids.push(event.event_id)
      if (event.event_type === 'interaction.created') id = event.interaction?.id ?? ''
    }
    expect(types.at(-1)).toBe('error')
    const last_event_id = ids.findLast((each) => each !== undefined) ?? ''
    const rest: unknown[] = []
    for await (const event of await ai.interactions.get(id, { stream: true, last_event_id })) {
      rest.push(event.event_type)
    }
    expect(rest[0]).toBe('step.delta')
    expect(rest.at(-1)).toBe('interaction.completed')
  })

  it.each(['api_key', 'service_account'] as const)(
    'generates, streams, counts and lists in Vertex mode, with %s',
    async (kind) => {
      const { key: apiKey } = await pollux.givenUser([kind])
      const httpOptions = { baseUrl: pollux.url }
      const ai = new GoogleGenAI({ vertexai: true, apiKey, httpOptions })
      for (const name of [model, `publishers/google/models/${model}`]) {
        const answer = await ai.models.generateContent({ model: name, contents: 'hello' })
        expect(answer.text).toBe('You said: hello')
      }
      const texts: (string | undefined)[] = []
      const stream = await ai.models.generateContentStream({ model, contents: 'hello' })
      for await (const chunk of stream) texts.push(chunk.text)
      expect(texts.join('')).toBe('You said: hello')
      const config = { systemInstruction: 'Be brief and friendly' }
      const counted = await ai.models.countTokens({ model, contents: 'hello', config })
      expect(counted.totalTokens).toBeGreaterThan(4)
      const names: (string | undefined)[] = []
      for await (const each of await ai.models.list({ config: { pageSize: 7 } })) {
        names.push(each.name)
      }
      expect(names).toContain(`models/${model}`)
      expect(await ai.models.get({ model })).toMatchObject({ name: `models/${model}` })
      await expect(ai.caches.get({ name: 'c1' })).rejects.toMatchObject({ status: 400 })
      await expect(ai.caches.list()).rejects.toMatchObject({ status: 501 })
      const cached = { model, contents: 'hello', config: { cachedContent: 'c1' } }
      await expect(ai.models.generateContent(cached)).rejects.toMatchObject({ status: 400 })
    },
  )
})
