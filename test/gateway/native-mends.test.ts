/** Repairs to native requests that Google would surely refuse, and to answers that no client could use. */
import { describe, expect, it } from 'vitest'
import { callsOf, givenUser, google, settledStats, type User } from '../support/pollux.ts'
import { eventsOf, native, type NativeResponse, nativeStream, wordsOf } from '../support/native.ts'
import { lastRequestOf } from '../support/received.ts'

const KINDS = ['api_key', 'authorized_user', 'service_account'] as const
const WAYS = KINDS.flatMap((kind) => [[kind, false] as const, [kind, true] as const])
/** Served by all three upstreams. */
const ASKING = { model: 'gemini-3.1-pro-preview' }
const QUESTION = { role: 'user', parts: [{ text: 'Hi' }] }

function handleOf(user: User): string {
  return user.credentials[0]?.handle ?? ''
}

async function asked(user: User, stream: boolean, body: object = {}): Promise<NativeResponse[]> {
  const whole = { contents: [QUESTION], ...body }
  const answers = stream
    ? eventsOf(await (await nativeStream(user.key, whole, ASKING)).text())
    : [await (await native(user.key, whole, ASKING)).json<NativeResponse>()]
  await settledStats(user)
  return answers
}

function partsOf(answers: readonly NativeResponse[]): readonly Record<string, unknown>[] {
  return answers.flatMap(({ candidates = [] }) => candidates[0]?.content?.parts ?? [])
}

describe.each(WAYS)('with %s (stream: %s)', (kind, stream) => {
  it('a call is of the function that was declared', async () => {
    const user = await givenUser([kind])
    const tools = [{ functionDeclarations: [{ name: 'f' }, { name: 'default_api.g' }] }]
    const names = ['default_api.f', 'default_api:f', 'default_api.g', 'f']
    const parts = names.map((name) => ({ functionCall: { name, args: {} } }))
    await google.script({ credential: handleOf(user), reply: { parts } })
    const calls = partsOf(await asked(user, stream, { tools })).map((part) => part['functionCall'])
    expect(calls).toMatchObject(['f', 'f', 'default_api.g', 'f'].map((name) => ({ name })))
  })

  it('thoughts and then nothing are asked for once more, and one end is told', async () => {
    const user = await givenUser([kind])
    const credential = handleOf(user)
    const thought = { content: { role: 'model', parts: [{ text: 'Hm.', thought: true }] } }
    const end = { content: { role: 'model', parts: [] }, finishReason: 'STOP' }
    const chunks = stream
      ? [{ candidates: [thought] }, { candidates: [end] }]
      : [{ candidates: [{ ...thought, finishReason: 'STOP' }] }]
    await google.script({ credential, reply: { chunks, chunkDelayMs: 20 } })
    await google.script({ credential, reply: { text: 'Yes.' } })
    const answers = await asked(user, stream)
    expect(wordsOf(answers)).toBe(stream ? 'Hm.Yes.' : 'Yes.')
    const ends = answers.flatMap(({ candidates }) => candidates?.[0]?.finishReason ?? [])
    expect(ends).toEqual(['STOP'])
    expect(await callsOf(credential)).toHaveLength(2)
  })

  it.each([
    { audioTranscription: { text: 'Spoken' } },
    { fileData: { fileUri: 'gs://b/film.mp4', mimeType: 'video/mp4' } },
    { toolCall: { id: 't', toolType: 'GOOGLE_SEARCH_WEB', args: {} } },
  ])('a part of a kind that is not known is an answer: %j', async (part) => {
    const user = await givenUser([kind])
    await google.script({ credential: handleOf(user), reply: { parts: [part] } })
    expect(partsOf(await asked(user, stream))[0]).toMatchObject(part)
    expect(await callsOf(handleOf(user))).toHaveLength(1)
  })

  it('a pointer in a result is told as text, unless it points to what stands beside', async () => {
    const user = await givenUser([kind])
    const schema = { items: [{ $ref: '#/$defs/A' }] }
    const call = { role: 'model', parts: [{ functionCall: { name: 'f', args: {} } }] }
    const result = { name: 'f', response: schema }
    const contents = [QUESTION, call, { role: 'user', parts: [{ functionResponse: result }] }]
    const [answer] = await asked(user, stream, { contents })
    expect(answer?.error).toBeUndefined()
    const { contents: sent } = await lastRequestOf(user)
    expect(sent.at(-1)?.parts[0]?.functionResponse?.response).toEqual({
      result: JSON.stringify(schema),
    })
  })

  it.each(['video/mp2t', 'application/octet-stream', 'application/x-sh', ''])(
    'a text is one, though it is said to be %j',
    async (mimeType) => {
      const user = await givenUser([kind])
      const data = btoa('const answer: number = 42\n'.repeat(200))
      const contents = [{ role: 'user', parts: [{ inlineData: { mimeType, data } }] }]
      const [answer] = await asked(user, stream, { contents })
      expect(answer?.error).toBeUndefined()
      const { contents: sent } = await lastRequestOf(user)
      expect(sent[0]?.parts).toEqual([{ inlineData: { mimeType: 'text/plain', data } }])
    },
  )
})

it('a picture beside a result may be pointed to, and film is film', async () => {
  const user = await givenUser()
  const data = btoa('\x89PNG\r\n\x1a\n')
  const image = { inlineData: { mimeType: 'image/png', data, displayName: 'a.png' } }
  const film = { inlineData: { mimeType: 'video/mp2t', data: btoa('G\0\x11\x10\0\x42\xf0') } }
  const result = { name: 'f', response: { image: { $ref: 'a.png' } }, parts: [image] }
  const contents = [
    { role: 'user', parts: [film] },
    { role: 'model', parts: [{ functionCall: { name: 'f', args: {} } }] },
    { role: 'user', parts: [{ functionResponse: result }] },
  ]
  const answer = await native(user.key, { contents }, { model: 'gemini-3-flash-preview' })
  expect(answer.status).toBe(200)
  const { contents: sent } = await lastRequestOf(user)
  expect(sent[0]?.parts[0]).toEqual(film)
  expect(sent[2]?.parts[0]?.functionResponse).toMatchObject({ response: result.response })
})

it.each(KINDS)('counts do not shrink with the last event (%s)', async (kind) => {
  const user = await givenUser([kind])
  const rich = {
    promptTokenCount: 91,
    candidatesTokenCount: 47,
    promptTokensDetails: [{ modality: 'AUDIO', tokenCount: 91 }],
  }
  const chunks = [
    { candidates: [{ content: { parts: [{ text: 'Hi' }] } }], usageMetadata: rich },
    {
      candidates: [{ content: { parts: [] }, finishReason: 'STOP' }],
      usageMetadata: { promptTokenCount: 91, candidatesTokenCount: 47, totalTokenCount: 138 },
    },
  ]
  await google.script({ credential: handleOf(user), reply: { chunks, chunkDelayMs: 20 } })
  expect((await asked(user, true)).at(-1)?.usageMetadata).toEqual({ ...rich, totalTokenCount: 138 })
})
