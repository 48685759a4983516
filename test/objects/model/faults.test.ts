/** Faults that the models found, each as its shortest counterexample. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import { asking, granted, leaseFrom, objectOf, report } from '../../support/leases.ts'
import { givenUser, google, statsOf } from '../../support/pollux.ts'

describe('a lease that is asked for again', () => {
  it('is given again though its token was refused to another request meanwhile', async () => {
    const user = await givenUser(['api_key'])
    const request = asking(user)
    const first = await leaseFrom(user, request)
    const other = await leaseFrom(user)
    await objectOf(user).settle(report(other, { kind: 'token_rejected' }, 'failed'))
    const again = await leaseFrom(user, request)
    expect(again.id).toBe(first.id)
  })

  it('is one lease though both wait for the same token', async () => {
    const user = await givenUser(['api_key'])
    await evictDurableObject(objectOf(user)) // The key must be unsealed again.
    const request = asking(user)
    const leases = await runInDurableObject(objectOf(user), async (object) => {
      const results = await Promise.all([object.lease(request), object.lease(request)])
      return results.map(granted)
    })
    expect(leases[1]?.id).toBe(leases[0]?.id)
  })
})

describe('a report that comes twice', () => {
  it('is counted once though a life between wrote down nothing but an error', async () => {
    const user = await givenUser(['service_account', 'api_key'])
    const [broken] = user.credentials
    const reply = { error: { status: 503 } }
    await google.script({ credential: broken?.handle ?? '', method: 'token', times: 0, reply })
    const first = await leaseFrom(user)
    expect(await objectOf(user).settle(report(first))).toEqual({ counted: true })
    await evictDurableObject(objectOf(user))
    // The second life learns that the first credential has no token, and writes this to disk before anything is
    // settled.
    const second = await leaseFrom(user)
    await statsOf(user)
    await objectOf(user).settle(report(second))
    await evictDurableObject(objectOf(user))
    expect(await objectOf(user).settle(report(first))).toEqual({ counted: false })
  })
})
