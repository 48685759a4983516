/** How a whole answer ends early, where the client's own signal ends the call: where no time is left for another attempt. */
import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { Cuttings } from '../../src/bytes/cuttings.ts'
import { Clock } from '../../src/clock.ts'
import { Client } from '../../src/gateway/client.ts'
import { generate } from '../../src/gateway/generate.ts'
import type { Generated } from '../../src/gateway/journey-input.ts'
import { readSettings, type Settings } from '../../src/settings.ts'
import { givenUser, google, MODEL, settledStats, type User } from '../support/pollux.ts'

function ask(user: User, client: Client, times: Partial<Settings>): Promise<Generated> {
  const settings = readSettings(env)
  if (!settings.ok) throw new Error(settings.message)
  const ctx = createExecutionContext()
  return generate({
    env,
    userId: user.userId,
    keyDigest: user.userId,
    requestId: `req_${crypto.randomUUID().replaceAll('-', '')}`,
    model: MODEL,
    session: null,
    estimatedTokens: 10,
    settings: { ...settings.settings, ...times },
    client,
    clock: new Clock(),
    waitUntil: (work) => ctx.waitUntil(work),
    request: { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] },
    cuttings: Cuttings.NONE,
    stream: false,
  })
}

async function hanging(user: User): Promise<string> {
  const credential = user.credentials[0]?.handle ?? ''
  await google.script({ credential, reply: { hangBeforeHeaders: true } })
  return credential
}

it('ends with its client, and counts as cancelled', async () => {
  const user = await givenUser()
  const handle = await hanging(user)
  const leaving = new AbortController()
  const client = new Client(leaving.signal)
  const times = { rotationDeadlineMs: 60_000, answerTimeoutMs: 60_000 }
  const answered = ask(user, client, times)
  await google.waitForCall(({ credential }) => credential === handle)
  leaving.abort()
  client.leave()
  expect((await answered).ok).toBe(false)
  const call = await google.waitForCall(
    ({ credential, finished }) => credential === handle && finished,
  )
  expect(call.aborted).toBe(true)
  const stats = await settledStats(user)
  expect(stats.ring.credentials[0]?.attempts).toMatchObject({ granted: 1, cancelled: 1, open: 0 })
})

it('ends when it has taken as long as it may', async () => {
  const user = await givenUser()
  await hanging(user)
  const client = new Client(new AbortController().signal)
  const answered = await ask(user, client, { rotationDeadlineMs: 300, answerTimeoutMs: 300 })
  expect(answered).toMatchObject({
    ok: false,
    failure: { reason: 'upstream_timeout' },
    attempts: 1,
  })
  const stats = await settledStats(user)
  expect(stats.requests).toMatchObject({ failed: 1, open: 0 })
  expect(stats.ledger).toMatchObject({ open: 0, holds: true })
})
