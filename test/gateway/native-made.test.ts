/** What clients send to make a cache, a batch or an interaction, and what of it reaches Google. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import { givenUser, google, MODEL, settledStats } from '../support/pollux.ts'
import { ask } from '../support/things.ts'

afterEach(() => vi.restoreAllMocks())

/** The bodies that are sent from now on, as texts: the emulator's record of them has rounded numbers. */
function bodiesSent(): readonly string[] {
  const bodies: string[] = []
  const real = globalThis.fetch
  vi.spyOn(globalThis, 'fetch').mockImplementation((input, init) => {
    if (typeof init?.body === 'string') bodies.push(init.body)
    return real(input, init)
  })
  return bodies
}

describe('a thing that uses a model', () => {
  const id = '12345678901234567890'
  const asked = '{"role":"user","parts":[{"text":"Go on"}]}'
  const called = `{"role":"model","parts":[{"functionCall":{"name":"f","args":{"id":${id}}}}]}`
  const result = `{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"id":-${id}}}}]}`
  const contents = `[${asked},${called},${result}]`
  const batch = `{"inputConfig":{"requests":{"requests":[{"request":{"contents":${contents}}}]}}}`
  const input = `[{"type":"function_call","id":"c","name":"f","arguments":{"id":${id},"not":-${id}}}]`
  it.each([
    ['a cache', 'cachedContents', `{"model":"models/${MODEL}","contents":${contents}}`],
    ['a batch', `models/${MODEL}:batchGenerateContent`, `{"batch":${batch}}`],
    ['an interaction', 'interactions', `{"model":"${MODEL}","input":${input}}`],
  ])('keeps all digits of long numbers: %s', async (_, path, body) => {
    const user = await givenUser()
    const sent = bodiesSent()
    await (await ask(user, 'POST', `/v1beta/${path}`, body)).text()
    expect(sent.join()).toContain(`:${id}`)
    expect(sent.join()).toContain(`:-${id}`)
    await settledStats(user)
  })
})

describe('an interaction', () => {
  it.each([
    `models/${MODEL}`,
    `google/${MODEL}`,
    `gemini/${MODEL}`,
    `publishers/google/models/${MODEL}`,
    MODEL.toUpperCase(),
  ])('is of the model that is spelt %s, which the ring keeps', async (model) => {
    const user = await givenUser()
    const answer = await ask(user, 'POST', '/v1beta/interactions', { model, input: 'Go on' })
    expect(answer.status).toBe(200)
    await answer.text()
    const calls = await google.calls({ credential: user.credentials[0]?.handle ?? '' })
    expect(calls.at(-1)?.body).toMatchObject({ model: MODEL })
    const { ring } = await settledStats(user)
    expect(ring.credentials.flatMap(({ cooldowns }) => cooldowns)).toEqual([])
  })
})
