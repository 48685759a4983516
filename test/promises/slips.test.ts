/** Mistakes of Gemini's in names, numbers and endings, which Pollux repairs in every dialect, through each upstream. */
import { describe, expect, it } from 'vitest'
import { callsOf, givenUser, google, settledStats, type User } from '../support/pollux.ts'
import { WAYS } from './support/speakers.ts'

const KINDS = ['api_key', 'authorized_user', 'service_account'] as const
/** Served by all three upstreams. */
const MODEL = 'gemini-3.1-pro-preview'
const DIGITS = '12345678901234567891'

function handleOf(user: User): string {
  return user.credentials[0]?.handle ?? ''
}

/** Makes Google answer exactly this text. The emulator's scripts are parsed JSON, which cannot hold such numbers. */
async function answers(user: User, response: string, stream: boolean): Promise<void> {
  const [kind] = await google
    .credentials()
    .then((all) => all.filter(({ handle }) => handle === handleOf(user)).map(({ type }) => type))
  const enveloped = kind === 'authorized_user' ? `{"response":${response}}` : response
  const body = stream ? `data: ${enveloped}\r\n\r\n` : enveloped
  const type = stream ? 'text/event-stream' : 'application/json'
  const error = { status: 200, body, headers: { 'content-type': type } }
  await google.script({ credential: handleOf(user), reply: { error } })
}

describe.each(WAYS)('%s (stream: %s):', (_, stream, speaker) => {
  const asking = { model: MODEL, functions: ['f'], stream }

  it.each(KINDS)(
    'a call keeps each digit, and is of the function that was declared (%s)',
    async (kind) => {
      const user = await givenUser([kind])
      const call = `{"functionCall":{"name":"default_api:f","args":{"a":{"b":[${DIGITS}]}}}}`
      await answers(
        user,
        `{"candidates":[{"content":{"role":"model","parts":[${call}]},"finishReason":"STOP"}]}`,
        stream,
      )
      const body = await (await speaker.ask(user.key, asking)).text()
      expect(body).toContain(DIGITS)
      expect(speaker.callsOf(body).map(({ name }) => name)).toEqual(['f'])
      await settledStats(user)
    },
  )

  it.each(KINDS)('so does one whose arguments come in pieces (%s)', async (kind) => {
    const user = await givenUser([kind])
    const piece = `{"jsonPath":"$.a","numberValue":${DIGITS}}`
    const call = `{"functionCall":{"name":"f","partialArgs":[${piece}]}}`
    await answers(
      user,
      `{"candidates":[{"content":{"role":"model","parts":[${call}]},"finishReason":"STOP"}]}`,
      stream,
    )
    expect(await (await speaker.ask(user.key, asking)).text()).toContain(DIGITS)
    await settledStats(user)
  })

  it.each(
    KINDS.flatMap((kind) =>
      ['MALFORMED_FUNCTION_CALL', 'UNEXPECTED_TOOL_CALL', 'MALFORMED_RESPONSE'].map(
        (finishReason) => [kind, finishReason] as const,
      ),
    ),
  )('text that ends in a call which is none is an error (%s, %s)', async (kind, finishReason) => {
    const user = await givenUser([kind])
    const reply = { text: 'Let me look', finishReason }
    await google.script({ credential: handleOf(user), reply })
    const answer = await speaker.ask(user.key, asking)
    expect(answer.status >= 500).toBe(!stream)
    const body = await answer.text()
    expect(speaker.errorOf(body)?.message).toContain(finishReason)
    expect(body.includes('event: error\n')).toBe(stream)
    expect((await settledStats(user)).ledger.holds).toBe(true)
  })

  it.each(KINDS)('thoughts and then nothing are asked for once more (%s)', async (kind) => {
    const user = await givenUser([kind])
    const thought = { content: { role: 'model', parts: [{ text: 'Hm.', thought: true }] } }
    const end = { content: { role: 'model', parts: [] }, finishReason: 'STOP' }
    const chunks = stream
      ? [{ candidates: [thought] }, { candidates: [end] }]
      : [{ candidates: [{ ...thought, finishReason: 'STOP' }] }]
    const credential = handleOf(user)
    await google.script({ credential, reply: { chunks, chunkDelayMs: 20 } })
    await google.script({ credential, reply: { text: 'Yes.' } })
    const body = await (await speaker.ask(user.key, { ...asking, functions: [] })).text()
    expect(speaker.errorOf(body)).toBeNull()
    expect(speaker.textOf(body)).toBe('Yes.')
    expect(await callsOf(credential)).toHaveLength(2)
    await settledStats(user)
  })

  it.each(KINDS)('a call that is marked as a thought is a call (%s)', async (kind) => {
    const user = await givenUser([kind])
    const thought = { text: 'Hm.', thought: true }
    const call = { functionCall: { name: 'f', args: { a: 1 } }, thought: true }
    const content = { role: 'model', parts: [thought, call] }
    const chunks = [{ candidates: [{ content, finishReason: 'STOP' }] }]
    const credential = handleOf(user)
    await google.script({ credential, reply: { chunks } })
    const body = await (await speaker.ask(user.key, asking)).text()
    expect(speaker.errorOf(body)).toBeNull()
    expect(speaker.callsOf(body).map(({ name }) => name)).toEqual(['f'])
    expect(await callsOf(credential)).toHaveLength(1)
    await settledStats(user)
  })

  it.each(KINDS)('a call without a name is asked for once more (%s)', async (kind) => {
    const user = await givenUser([kind])
    const credential = handleOf(user)
    const parts = [{ functionCall: { name: '', args: { a: 1 } } }]
    const candidate = { content: { role: 'model', parts }, finishReason: 'STOP' }
    await google.script({ credential, reply: { chunks: [{ candidates: [candidate] }] } })
    await google.script({ credential, reply: { text: 'Yes.' } })
    const body = await (await speaker.ask(user.key, asking)).text()
    expect(speaker.errorOf(body)).toBeNull()
    expect(speaker.textOf(body)).toBe('Yes.')
    expect(await callsOf(credential)).toHaveLength(2)
    await settledStats(user)
  })

  it.each(KINDS)('what Google heard is text (%s)', async (kind) => {
    const user = await givenUser([kind])
    const parts = [{ audioTranscription: { text: 'Spoken' } }, { text: ' and said.' }]
    await google.script({ credential: handleOf(user), reply: { parts } })
    const body = await (await speaker.ask(user.key, { model: MODEL, stream })).text()
    expect(speaker.textOf(body)).toBe('Spoken and said.')
    await settledStats(user)
  })
})
