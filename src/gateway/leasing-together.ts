import type { LeaseRequest, LeaseResult } from '../objects/ledger/lease.ts'
import { callUser, userStub } from './object-calls.ts'
import { type Asker, Together } from './together.ts'

/** Leases that one user's requests ask for at one time. Asked again, the object grants the same lease. */
const leases = new Together<LeaseRequest, LeaseResult>({
  alone: (env, userId, wanted) => callUser<LeaseResult>(env, userId, (user) => user.lease(wanted)),
  together: (env, userId, wanted) => userStub(env, userId).leaseTogether(wanted),
})

/** Asks for a request's lease. */
export function lease(asker: Asker, wanted: LeaseRequest): Promise<LeaseResult> {
  return leases.ask(asker, wanted)
}
