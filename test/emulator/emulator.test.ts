/** Calls the fetch handler alone, without a server. */
import { describe, expect, it } from 'vitest'
import { createEmulator } from '../../emulator/index.ts'
import { HELLO } from './google.ts'

const ORIGIN = 'http://google.test'
const HOUR_MS = 3_600_000

function generate(key: string): Request {
  return new Request(`${ORIGIN}/v1beta/models/gemini-2.5-flash:generateContent`, {
    method: 'POST',
    headers: { 'x-goog-api-key': key },
    body: JSON.stringify(HELLO),
  })
}

describe('createEmulator', () => {
  it('keeps its state to itself and forgets it on reset', async () => {
    const emulator = createEmulator()
    const other = createEmulator()
    emulator.credentials.register({ type: 'api_key', api_key: 'k' })
    expect((await emulator.fetch(generate('k'))).status).toBe(200)
    expect((await other.fetch(generate('k'))).status).toBe(400)
    expect(emulator.calls.list({ credential: 'k' })).toHaveLength(1)
    emulator.reset()
    expect(emulator.calls.list()).toEqual([])
    expect((await emulator.fetch(generate('k'))).status).toBe(400)
  })

  it('goes by the clock it is given', async () => {
    let now = Date.now()
    const emulator = createEmulator({ now: () => now })
    const credential = emulator.credentials.register({
      type: 'authorized_user',
      client_id: 'c',
      client_secret: 's',
      refresh_token: 'r',
    })
    const token = emulator.tokens.issue(credential, now + HOUR_MS)
    const load = () =>
      emulator.fetch(
        new Request(`${ORIGIN}/v1internal:loadCodeAssist`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}` },
          body: '{}',
        }),
      )
    expect((await load()).status).toBe(200)
    now += HOUR_MS
    expect((await load()).status).toBe(401)
  })

  it('keeps the last 5,000 calls', async () => {
    const emulator = createEmulator()
    for (let count = 0; count < 5_600; count += 1) await emulator.fetch(generate('nobody'))
    const ids = emulator.calls.list().map(({ id }) => id)
    expect(ids.length).toBeLessThanOrEqual(5_500)
    expect(ids.at(-1)).toBe(5_600)
  })

  it('stops a stream that its reader cancels', async () => {
    const emulator = createEmulator()
    emulator.credentials.register({ type: 'api_key', api_key: 'k' })
    emulator.scripts.add({ reply: { hangAfter: 1 } })
    const path = `${ORIGIN}/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse&key=k`
    const response = await emulator.fetch(
      new Request(path, { method: 'POST', body: JSON.stringify(HELLO) }),
    )
    const reader = response.body?.getReader()
    await reader?.read()
    await reader?.cancel()
    expect(emulator.calls.list()[0]).toMatchObject({ aborted: true, events: 1 })
  })
})
