/** The rest of OpenAI's surface by the real SDK, unmodified, against a real workerd over HTTP. */
import OpenAI, { APIError } from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { vectorOf } from '../../emulator/reply/vector.ts'
import { Pollux } from './support/pollux.ts'

let pollux: Pollux

beforeAll(async () => {
  pollux = await Pollux.start()
})

afterAll(() => pollux[Symbol.asyncDispose]())

describe.concurrent('the openai SDK', () => {
  async function client(root = '/v1', kind: 'api_key' | 'service_account' = 'api_key') {
    const { key } = await pollux.givenUser([kind])
    return new OpenAI({ apiKey: key, baseURL: `${pollux.url}${root}`, maxRetries: 0 })
  }

  const embedding = { model: 'gemini-embedding-001', input: ['one', 'two'] }

  // By default the SDK asks for base64 and decodes it.
  it.each([{}, { encoding_format: 'float' as const }])(
    'embeds the same vectors with %j',
    async (format) => {
      const openai = await client()
      const { data, usage } = await openai.embeddings.create({ ...embedding, ...format })
      expect(data.map(({ index }) => index)).toEqual([0, 1])
      const [, second] = data
      const expected = vectorOf('two', 3072)
      expect(second?.embedding).toHaveLength(3072)
      const distances = expected.map((value, at) => Math.abs(value - (second?.embedding[at] ?? 9)))
      expect(Math.max(...distances)).toBeLessThan(1e-6)
      expect(usage.total_tokens).toBeGreaterThan(0)
    },
  )

  it('gets base64 where it asks for it', async () => {
    const openai = await client('/v1', 'service_account')
    const { data } = await openai.embeddings.create({
      ...embedding,
      dimensions: 256,
      encoding_format: 'base64',
    })
    const encoded: unknown = data[0]?.embedding
    const floats = new Float32Array(Uint8Array.from(Buffer.from(String(encoded), 'base64')).buffer)
    expect(floats).toHaveLength(256)
    expect(Math.hypot(...floats)).toBeCloseTo(1, 5)
  })

  it('generates images', async () => {
    const openai = await client()
    const drawn = await openai.images.generate({
      model: 'gemini-3.1-flash-image',
      prompt: 'A cat',
      n: 2,
      size: '1024x1024',
    })
    expect(drawn.data).toHaveLength(2)
    expect(drawn.data?.[0]?.b64_json).toMatch(/^iVBOR/)
  })

  it('speaks', async () => {
    const openai = await client()
    const answer = await openai.audio.speech.create({
      model: 'gemini-3.8-flash-tts',
      voice: 'alloy',
      input: 'Hello there',
      response_format: 'wav',
    })
    expect(Buffer.from(await answer.arrayBuffer()).toString('latin1', 0, 4)).toBe('RIFF')
  })

  it('completes prompts, streamed or not', async () => {
    const openai = await client()
    const asked = { model: 'gemini-2.5-flash', prompt: 'Hello there' }
    const { choices } = await openai.completions.create(asked)
    expect(choices[0]?.text).toBe('You said: Hello there')
    let text = ''
    for await (const chunk of await openai.completions.create({ ...asked, stream: true })) {
      text += chunk.choices[0]?.text ?? ''
    }
    expect(text).toBe('You said: Hello there')
  })

  it.each(['/v1', '', '/v1beta/openai'])('lists and retrieves models under "%s"', async (root) => {
    const openai = await client(root)
    const ids: string[] = []
    for await (const { id } of openai.models.list()) ids.push(id)
    expect(ids).toContain('gemini-2.5-flash')
    expect(ids).toContain('gemini-embedding-001')
    expect(await openai.models.retrieve('gemini-2.5-flash')).toMatchObject({ owned_by: 'google' })
  })

  it('raises on what is not served', async () => {
    const openai = await client()
    const refused = openai.moderations.create({ input: 'Hello' })
    await expect(refused).rejects.toBeInstanceOf(APIError)
    await expect(refused).rejects.toMatchObject({ status: 404, code: 'not_served' })
  })
})
