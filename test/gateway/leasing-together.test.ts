/** Which requests ask for their leases together, and that none of them depends on another. */
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createExecutionContext } from 'cloudflare:test'
import { Clock } from '../../src/clock.ts'
import { lease } from '../../src/gateway/leasing-together.ts'
import type { LeaseRequest, LeaseResult } from '../../src/objects/ledger/lease.ts'
import { UserObject } from '../../src/objects/user.ts'
import { asking, granted, objectOf, report } from '../support/leases.ts'
import { chat, configure, givenUser, settledStats, statsOf, type User } from '../support/pollux.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

function ask({ userId }: User, wanted: LeaseRequest): Promise<LeaseResult> {
  const ctx = createExecutionContext()
  const waitUntil = (work: Promise<unknown>): void => ctx.waitUntil(work)
  return lease({ env, userId, clock: new Clock(), waitUntil }, wanted)
}

/** Asks for leases of new requests, all at once. */
function askAll(user: User, count: number): Promise<readonly LeaseResult[]> {
  return Promise.all(Array.from({ length: count }, () => ask(user, asking(user))))
}

/** As the class has it, to be called on an object of it. */
function method<Method>(name: string): Method {
  return Reflect.get(UserObject.prototype, name) as Method
}

/** Which calls the object gets from here on, and for how many requests each. */
function watched(): { readonly alone: number[]; readonly together: number[] } {
  const seen = { alone: [] as number[], together: [] as number[] }
  const one = method<UserObject['lease']>('lease')
  const many = method<UserObject['leaseTogether']>('leaseTogether')
  vi.spyOn(UserObject.prototype, 'lease').mockImplementation(function (this: UserObject, wanted) {
    seen.alone.push(1)
    return one.call(this, wanted)
  })
  vi.spyOn(UserObject.prototype, 'leaseTogether').mockImplementation(function (
    this: UserObject,
    wanted,
  ) {
    seen.together.push(wanted.length)
    return many.call(this, wanted)
  })
  return seen
}

describe('requests of one user', () => {
  it('that come while another asks are one call, and each has a lease of its own', async () => {
    const user = await givenUser()
    const seen = watched()
    const leases = (await askAll(user, 20)).map(granted)
    expect(seen).toEqual({ alone: [1], together: [19] })
    expect(new Set(leases.map(({ id }) => id)).size).toBe(20)
    for (const one of leases) await objectOf(user).settle(report(one))
    expect((await settledStats(user)).ledger).toMatchObject({ granted: 20, open: 0, holds: true })
  })

  it('that come one after the other are a call each', async () => {
    const user = await givenUser()
    const seen = watched()
    for (let count = 0; count < 3; count++) granted(await ask(user, asking(user)))
    expect(seen).toEqual({ alone: [1, 1, 1], together: [] })
  })

  it('that are few at one time ask alone from the fourth time on, for groups so small cost more', async () => {
    const user = await givenUser()
    const seen = watched()
    for (let time = 0; time < 3; time++) (await askAll(user, 3)).map(granted)
    expect(seen).toEqual({ alone: [1, 1, 1], together: [2, 2, 2] })
    ;(await askAll(user, 8)).map(granted)
    expect(seen).toEqual({ alone: Array<number>(11).fill(1), together: [2, 2, 2] })
  })

  it('that are many once more in between are gathered as before', async () => {
    const user = await givenUser()
    const seen = watched()
    for (const count of [3, 3, 5, 3, 3, 9]) (await askAll(user, count)).map(granted)
    expect(seen.together).toEqual([2, 2, 4, 2, 2, 8])
  })

  it('are refused as exactly as if each had asked by itself', async () => {
    const user = await givenUser()
    await configure(user, { limits: { max_concurrency: 7 } })
    const results = await askAll(user, 50)
    expect(results.filter(({ ok }) => ok)).toHaveLength(7)
    const reasons = results.map((result) => (result.ok ? 'ok' : result.reason))
    expect(new Set(reasons)).toEqual(new Set(['ok', 'limit_reached']))
    expect((await statsOf(user)).requests).toMatchObject({ refused: 43, open: 7 })
  })

  it('of different users are a call each', async () => {
    const [one, other] = await Promise.all([givenUser(), givenUser()])
    const seen = watched()
    await Promise.all([ask(one, asking(one)), ask(other, asking(other))])
    expect(seen).toEqual({ alone: [1, 1], together: [] })
  })

  it('each ask by themselves where the call fails, as at an object of an earlier version', async () => {
    const user = await givenUser()
    const seen = watched()
    vi.spyOn(UserObject.prototype, 'leaseTogether').mockImplementation(() => {
      throw new TypeError('The RPC receiver does not implement the method "leaseTogether".')
    })
    expect((await askAll(user, 9)).filter(({ ok }) => ok)).toHaveLength(9)
    expect(seen.alone).toHaveLength(9)
    expect((await statsOf(user)).ledger).toMatchObject({ granted: 9, open: 9, holds: true })
  })

  it('get the same leases again where the answer to all was lost', async () => {
    const user = await givenUser()
    const leaseTogether = method<UserObject['leaseTogether']>('leaseTogether')
    vi.spyOn(UserObject.prototype, 'leaseTogether').mockImplementation(function (
      this: UserObject,
      wanted,
    ) {
      leaseTogether.call(this, wanted)
      throw new Error('lost')
    })
    expect((await askAll(user, 9)).filter(({ ok }) => ok)).toHaveLength(9)
    expect((await statsOf(user)).ledger).toMatchObject({ granted: 9, open: 9, holds: true })
  })
})

describe('a request that must wait for a token', () => {
  it('is sent away to ask by itself, and holds back nobody', async () => {
    const user = await givenUser(['authorized_user'])
    const wanted = [asking(user), asking(user)]
    expect(await objectOf(user).leaseTogether(wanted)).toEqual([null, null])
    const first = granted(await objectOf(user).lease(wanted[0] ?? asking(user)))
    const again = await objectOf(user).leaseTogether(wanted)
    expect(again.map((result) => result?.ok)).toEqual([true, true])
    expect(again[0]).toMatchObject({ ok: true, lease: { id: first.id } })
  })

  it('is served with all that came together', async () => {
    const user = await givenUser(['authorized_user'])
    const answers = await Promise.all(Array.from({ length: 12 }, () => chat(user.key)))
    expect(answers.map(({ status }) => status)).toEqual(Array<number>(12).fill(200))
    await Promise.all(answers.map((answer) => answer.text()))
    expect((await settledStats(user)).ledger).toMatchObject({ granted: 12, open: 0, holds: true })
  })
})

it('says of an unknown user that each is unknown', async () => {
  const wanted = asking({ userId: 'nobody' })
  const results = await objectOf({ userId: 'nobody' }).leaseTogether([wanted, wanted])
  expect(results.map((result) => result?.ok === false && result.reason)).toEqual([
    'unknown_user',
    'unknown_user',
  ])
})
