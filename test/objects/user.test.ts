import { describe, expect, it, vi } from 'vitest'
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import type { LeaseResult } from '../../src/objects/ledger/lease.ts'
import { LEASE_MS } from '../../src/objects/ledger/lease-times.ts'
import type { Verdict } from '../../src/upstreams/verdict.ts'
import { asking, leaseFrom, objectOf, report } from '../support/leases.ts'
import { anAdmin, givenUser, MODEL, settledStats, statsOf } from '../support/pollux.ts'

const QUOTA: Verdict = {
  kind: 'quota',
  dimension: 'requests_per_minute',
  retryAfterMs: 30_000,
  evidence: 'retry_info',
}

describe('UserObject', () => {
  it('confirms a settlement once it is on disk: the counters survive the loss of memory', async () => {
    const user = await givenUser(['api_key'])
    const leases = await Promise.all(Array.from({ length: 20 }, () => leaseFrom(user)))
    await Promise.all(leases.map((lease) => objectOf(user).settle(report(lease))))
    await evictDurableObject(objectOf(user))
    const stats = await statsOf(user)
    expect(stats.ledger).toEqual({ granted: 20, settled: 20, open: 0, holds: true })
    expect(stats.requests).toMatchObject({ total: 20, ok: 20 })
  })

  it('is idempotent in settle, by lease id, also when the memory was lost in between', async () => {
    const user = await givenUser(['api_key'])
    const lease = await leaseFrom(user)
    expect(await objectOf(user).settle(report(lease))).toMatchObject({ counted: true })
    expect(await objectOf(user).settle(report(lease))).toMatchObject({ counted: false })
    await evictDurableObject(objectOf(user))
    expect(await objectOf(user).settle(report(lease, QUOTA))).toMatchObject({ counted: false })
    const stats = await statsOf(user)
    expect(stats.ledger).toMatchObject({ granted: 1, settled: 1 })
    expect(stats.ring.credentials[0]?.cooldowns).toEqual([])
  })

  it('keeps ring, cursor, cooldowns and quarantine over the loss of memory', async () => {
    const user = await givenUser(['api_key', 'api_key', 'api_key'])
    await objectOf(user).settle(report(await leaseFrom(user), QUOTA))
    const dead: Verdict = {
      kind: 'credential_fault',
      reason: 'api_key_invalid',
      scope: 'credential',
    }
    await objectOf(user).settle(report(await leaseFrom(user), dead))
    const before = await statsOf(user)
    await evictDurableObject(objectOf(user))
    expect(await statsOf(user)).toEqual({ ...before, now: expect.any(String) })
    expect(before.ring.cursor).toBe(user.credentials[2]?.id)
    expect((await leaseFrom(user)).credentialId).toBe(user.credentials[2]?.id)
  })

  it('turns the cursor once for concurrent failures of one credential (compare-and-rotate)', async () => {
    const user = await givenUser(['api_key', 'api_key', 'api_key'])
    const leases = await Promise.all(Array.from({ length: 10 }, () => leaseFrom(user)))
    await Promise.all(leases.map((lease) => objectOf(user).settle(report(lease, QUOTA))))
    const { ring } = await statsOf(user)
    expect([ring.rotations, ring.cursor]).toEqual([1, user.credentials[1]?.id])
  })

  it('does not let an answer to an older attempt end a cooldown', async () => {
    const user = await givenUser(['api_key'])
    const older = await leaseFrom(user)
    await objectOf(user).settle(report(await leaseFrom(user), QUOTA))
    await objectOf(user).settle(report(older))
    expect((await statsOf(user)).ring.credentials[0]?.cooldowns.length).toBe(1)
  })

  it('tests a long hint with one real request at a time, and believes what it shows', async () => {
    const user = await givenUser(['api_key'])
    const day: Verdict = { ...QUOTA, dimension: 'requests_per_day', evidence: 'quota_id' }
    const began = Date.parse('2026-11-22T12:00:00Z')
    vi.useFakeTimers({ toFake: ['Date'], now: began })
    try {
      await objectOf(user).settle(report(await leaseFrom(user), day))
      expect(await objectOf(user).lease(asking(user))).toMatchObject({
        ok: false,
        reason: 'exhausted',
      })
      vi.setSystemTime(began + 3_600_000)
      const test = await leaseFrom(user)
      // While the test request runs, all others are refused and told to come back soon.
      const other: LeaseResult = await objectOf(user).lease(asking(user))
      expect(other).toEqual({
        ok: false,
        reason: 'exhausted',
        retryAt: began + 3_605_000,
        dimension: 'requests_per_day',
      })
      await objectOf(user).settle(report(test, day))
      expect((await objectOf(user).lease(asking(user))).ok).toBe(false)
      vi.setSystemTime(began + 2 * 3_600_000)
      const second = await leaseFrom(user)
      await objectOf(user).settle(report(second))
      await leaseFrom(user)
      expect((await statsOf(user)).ring.credentials[0]?.cooldowns).toEqual([])
    } finally {
      vi.useRealTimers()
    }
  })

  it('counts a lease that nobody settles as lost, by its alarm', async () => {
    const user = await givenUser(['api_key'])
    await leaseFrom(user)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + LEASE_MS + 1 })
    try {
      await runDurableObjectAlarm(objectOf(user))
      const stats = await statsOf(user)
      expect(stats.ring.credentials[0]?.attempts).toMatchObject({ granted: 1, open: 0, lost: 1 })
      expect(stats.requests).toMatchObject({ total: 1, lost: 1 })
    } finally {
      vi.useRealTimers()
    }
  })

  it('shows open leases while they are open', async () => {
    const user = await givenUser(['api_key'])
    const lease = await leaseFrom(user)
    const open = await statsOf(user)
    expect(open.ledger).toEqual({ granted: 1, settled: 0, open: 1, holds: true })
    expect(open.open_leases).toMatchObject([{ credential: lease.credentialId, model: MODEL }])
    expect(open.total_requests).toBe(1)
    await objectOf(user).settle(report(lease))
    expect((await settledStats(user)).open_leases).toEqual([])
  })

  it('lends a token of its own only to the Worker, and keeps it sealed', async () => {
    const user = await givenUser(['service_account'])
    const { access } = await leaseFrom(user)
    expect(access).toMatchObject({ upstream: 'vertex', auth: { scheme: 'bearer' } })
    const rows = await runInDurableObject(objectOf(user), (_instance, state) =>
      JSON.stringify(state.storage.sql.exec('SELECT * FROM access_tokens').toArray()),
    )
    expect(rows).toContain('v1.')
    expect(rows).not.toContain(access.auth.value)
  })

  it('refuses a stranger everything, and stores nothing', async () => {
    const userId = 'f'.repeat(64)
    const stranger = env.USERS.getByName(userId)
    expect(await stranger.admission(userId)).toBe('unknown_user')
    expect(await stranger.lease(asking({ userId }))).toEqual({ ok: false, reason: 'unknown_user' })
    expect(await stranger.rotate(anAdmin())).toEqual({ ok: false, reason: 'unknown_user' })
    expect(await stranger.stats()).toBeNull()
    const tables = await runInDurableObject(stranger, (_instance, state) =>
      state.storage.sql
        .exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_%' ESCAPE '\\'")
        .toArray(),
    )
    expect(tables).toEqual([])
  })
})
