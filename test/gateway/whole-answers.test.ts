/** How a whole answer ends early, where the client's own signal ends the call: where no time is left for another attempt. */
import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { Cuttings } from '../../src/bytes/cuttings.ts'
import { Clock } from '../../src/clock.ts'
import { Client } from '../../src/gateway/client.ts'
import { count } from '../../src/gateway/count.ts'
import { generate } from '../../src/gateway/generate.ts'
import type { Generated, JourneyInput } from '../../src/gateway/journey-input.ts'
import { readSettings, type Settings } from '../../src/settings.ts'
import { givenUser, google, MODEL, settledStats, type User } from '../support/pollux.ts'

const CONTENTS = [{ role: 'user' as const, parts: [{ text: 'Hello' }] }]

function journeyOf(user: User, client: Client, times: Partial<Settings>): JourneyInput {
  const settings = readSettings(env)
  if (!settings.ok) throw new Error(settings.message)
  const ctx = createExecutionContext()
  return {
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
  }
}

function ask(user: User, client: Client, times: Partial<Settings>): Promise<Generated> {
  return generate({
    ...journeyOf(user, client, times),
    request: { contents: CONTENTS },
    cuttings: Cuttings.NONE,
    stream: false,
  })
}

async function hanging(user: User, method?: string): Promise<string> {
  const credential = user.credentials[0]?.handle ?? ''
  await google.script({ credential, ...(method && { method }), reply: { hangBeforeHeaders: true } })
  return credential
}

const UNHURRIED = { rotationDeadlineMs: 60_000, answerTimeoutMs: 60_000 }

it('is no attempt of unknown cost where it only counts, which Google bills nobody for', async () => {
  const user = await givenUser()
  const handle = await hanging(user, 'countTokens')
  const leaving = new AbortController()
  const client = new Client(leaving.signal)
  const write = (): string => JSON.stringify({ contents: CONTENTS })
  const journey = journeyOf(user, client, UNHURRIED)
  const counted = count({ ...journey, write, cuttings: Cuttings.NONE })
  await google.waitForCall(({ credential }) => credential === handle)
  leaving.abort()
  client.leave()
  expect((await counted).ok).toBe(false)
  const stats = await settledStats(user)
  expect(stats.ring.credentials[0]).toMatchObject({
    attempts: { cancelled: 1 },
    cost: { usd: 0, unpriced: 0 },
  })
})

it('ends with its client, and counts as cancelled', async () => {
  const user = await givenUser()
  const handle = await hanging(user)
  const leaving = new AbortController()
  const client = new Client(leaving.signal)
  const answered = ask(user, client, UNHURRIED)
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
