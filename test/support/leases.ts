/** Calls a user's object as the Worker does: leases, and reports of how they ended. */
import { env } from 'cloudflare:workers'
import { NO_TOKENS } from '../../src/gemini/usage.ts'
import type {
  Lease,
  LeaseRequest,
  LeaseResult,
  Settlement,
} from '../../src/objects/ledger/lease.ts'
import type { Verdict } from '../../src/upstreams/verdict.ts'
import { MODEL, type User } from './pollux.ts'

export function objectOf({ userId }: Pick<User, 'userId'>) {
  return env.USERS.getByName(userId)
}

/** Asks for a lease for a new request each time. */
export function asking(
  { userId: keyDigest }: Pick<User, 'userId'>,
  overrides: Partial<LeaseRequest> = {},
): LeaseRequest {
  const requestId = crypto.randomUUID()
  return {
    keyDigest,
    model: MODEL,
    tried: [],
    avoid: [],
    session: null,
    requestId,
    attempt: 1,
    patienceMs: 5000,
    estimatedTokens: 10,
    ...overrides,
  }
}

export async function leaseFrom(user: User, request = asking(user)): Promise<Lease> {
  return granted(await objectOf(user).lease(request))
}

export function granted(result: LeaseResult): Lease {
  if (!result.ok) throw new Error(result.reason)
  return result.lease
}

/** `request`: how the request ended with this attempt; null if it goes on. */
export function report(
  { access: _access, ...lease }: Lease,
  verdict: Verdict = { kind: 'ok' },
  request: Settlement['request'] = verdict.kind === 'ok' ? 'ok' : 'failed',
): Settlement {
  return { lease, verdict, status: 200, tokens: NO_TOKENS, request }
}
