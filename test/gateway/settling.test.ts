/** Which reports go to the object together, and which go at once. */
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { settle } from '../../src/gateway/settling.ts'
import type { Lease } from '../../src/objects/ledger/lease.ts'
import { asking, leaseFrom } from '../support/leases.ts'
import { type Bill, billOf } from '../support/meter.ts'
import { configure, givenUser, settledStats, type User } from '../support/pollux.ts'

const SIGNATURE = { callId: 'call_1', signature: 'c2lnbmF0dXJl' }
const TOOK = { firstByteMs: 10, wholeMs: 20 }

function ended(lease: Lease, signatures: readonly (typeof SIGNATURE)[] = []) {
  return { lease, verdict: { kind: 'ok' }, usage: undefined, signatures, took: TOOK } as const
}

async function leases(user: User, count: number): Promise<readonly Lease[]> {
  return Promise.all(Array.from({ length: count }, () => leaseFrom(user, asking(user))))
}

type Report = Parameters<typeof settle>[1]

/** Reports these together, and waits for all work that the reports start. */
async function settleAll({ userId }: User, reports: readonly Report[]): Promise<void> {
  const under: Promise<unknown>[] = []
  const waitUntil = (work: Promise<unknown>): number => under.push(work)
  for (const report of reports) settle({ env, userId, waitUntil }, report)
  await Promise.all(under)
}

/** What reporting these together costs. */
function settledTogether(user: User, reports: readonly Report[]): Promise<Bill> {
  return billOf(
    () => settleAll(user, reports),
    ({ calls }) => calls.includes('settle'),
  )
}

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

describe('reports of answers', () => {
  it('that come together are one call, and each is counted', async () => {
    const user = await givenUser()
    const open = await leases(user, 5)
    const { calls } = await settledTogether(
      user,
      open.map((lease) => ended(lease)),
    )
    expect(calls).toEqual(['settle'])
    const { ledger } = await settledStats(user)
    expect(ledger).toMatchObject({ granted: 5, settled: 5, open: 0, holds: true })
  })

  it('of different users are a call each', async () => {
    const [one, other] = await Promise.all([givenUser(), givenUser()])
    const { calls } = await billOf(
      () =>
        Promise.all(
          [one, other].map(async (user) => settleAll(user, [ended(await leaseFrom(user))])),
        ),
      (bill) => bill.calls.filter((name) => name === 'settle').length === 2,
    )
    expect(calls.filter((name) => name === 'settle')).toHaveLength(2)
  })

  it.each([
    ['a limit', { limits: { max_concurrency: 5 } }],
    ['an order by use', { mode: 'least_used' }],
  ])('go at once where %s hangs on them', async (_, settings) => {
    const user = await givenUser()
    await configure(user, settings)
    const open = await leases(user, 3)
    expect(open.map(({ isAwaited }) => isAwaited)).toEqual([true, true, true])
    const { calls } = await settledTogether(
      user,
      open.map((lease) => ended(lease)),
    )
    expect(calls).toEqual(['settle', 'settle', 'settle'])
  })

  it('go each by itself to an object that does not say what may wait', async () => {
    const user = await givenUser()
    const open = await leases(user, 2)
    const { calls } = await settledTogether(
      user,
      open.map(({ isAwaited: _isAwaited, ...lease }) => ended(lease as Lease)),
    )
    expect(calls).toEqual(['settle', 'settle'])
  })

  it('go at once with the signatures of calls, whose results may follow', async () => {
    const user = await givenUser()
    const [one, other] = await leases(user, 2)
    if (one === undefined || other === undefined) throw new Error('no lease')
    const { calls } = await settledTogether(user, [ended(one), ended(other, [SIGNATURE])])
    expect(calls).toEqual(['settle', 'settle'])
    const { signatures } = await leaseFrom(user, asking(user, { callIds: [SIGNATURE.callId] }))
    expect(signatures).toEqual(new Map([[SIGNATURE.callId, SIGNATURE.signature]]))
  })

  it('go at once where an answer failed, since the next request may take another credential', async () => {
    const user = await givenUser()
    const [one, other] = await leases(user, 2)
    if (one === undefined || other === undefined) throw new Error('no lease')
    const verdict = { kind: 'upstream_fault', reason: 'truncated' } as const
    const { calls } = await settledTogether(user, [ended(one), { ...ended(other), verdict }])
    expect(calls).toEqual(['settle', 'settle'])
  })

  it('are taken over from a request that the platform has ended', async () => {
    const user = await givenUser()
    const [one, two, three] = await leases(user, 3)
    if (one === undefined || two === undefined || three === undefined) throw new Error('no lease')
    const { promise: never } = Promise.withResolvers<undefined>()
    vi.spyOn(scheduler, 'wait').mockReturnValueOnce(never)
    void settleAll(user, [ended(one)]) // Never reports, because its wait never ends.
    await settleAll(user, [ended(two)])
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2000 })
    await settleAll(user, [ended(three)])
    const { ledger } = await settledStats(user)
    expect(ledger).toMatchObject({ granted: 3, settled: 3, open: 0, holds: true })
  })
})
