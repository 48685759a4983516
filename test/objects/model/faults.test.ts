/** What the models found, each as its shrunk counterexample; mended since. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { NO_TOKENS } from '../../../src/gemini/usage.ts'
import type { Lease, LeaseRequest, LeaseResult, Settlement } from '../../../src/objects/lease.ts'
import type { Verdict } from '../../../src/upstreams/verdict.ts'
import { givenUser, google, MODEL, statsOf, type User } from '../../support/pollux.ts'

function objectOf(user: User) {
  return env.USERS.getByName(user.userId)
}

function attempt({ userId: keyDigest }: User): LeaseRequest {
  const requestId = crypto.randomUUID()
  return {
    keyDigest,
    model: MODEL,
    tried: [],
    avoid: [],
    requestId,
    attempt: 1,
    patienceMs: 2000,
    estimatedTokens: 10,
    session: null,
  }
}

function granted(result: LeaseResult): Lease {
  if (!result.ok) throw new Error(result.reason)
  return result.lease
}

async function leased(user: User, request = attempt(user)): Promise<Lease> {
  return granted(await objectOf(user).lease(request))
}

function report(
  { access: _access, ...lease }: Lease,
  verdict: Verdict = { kind: 'ok' },
  request: Settlement['request'] = 'ok',
): Settlement {
  return { lease, verdict, status: 200, tokens: NO_TOKENS, request }
}

describe('a lease that is asked for again', () => {
  it('is given again though its token was refused to another request meanwhile', async () => {
    const user = await givenUser(['api_key'])
    const request = attempt(user)
    const first = await leased(user, request)
    const other = await leased(user)
    await objectOf(user).settle(report(other, { kind: 'token_rejected' }, 'failed'))
    const again = await leased(user, request)
    expect(again.id).toBe(first.id)
  })

  it('is one lease though both wait for the same token', async () => {
    const user = await givenUser(['api_key'])
    await evictDurableObject(objectOf(user)) // the key is sealed again
    const request = attempt(user)
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
    const first = await leased(user)
    expect(await objectOf(user).settle(report(first))).toEqual({ counted: true })
    await evictDurableObject(objectOf(user))
    // The second life learns that the first credential has no token, which is flushed before anything is settled.
    const second = await leased(user)
    await statsOf(user)
    await objectOf(user).settle(report(second))
    await evictDurableObject(objectOf(user))
    expect(await objectOf(user).settle(report(first))).toEqual({ counted: false })
  })
})
