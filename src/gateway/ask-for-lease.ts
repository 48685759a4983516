import type { LeaseRequest, LeaseResult, Settlement } from '../objects/ledger/lease.ts'
import type { Journey } from './journey.ts'
import { lease } from './leasing-together.ts'
import { callUser, type UserStub } from './object-calls.ts'
import type { JourneyInput, ServeInput } from './journey-input.ts'

export interface Asking {
  /** How the attempt before ended. */
  readonly report: Settlement | null
  readonly deadline: number
  /** Whether its files may be copied to another credential. */
  readonly mayMove?: boolean
}

/** Asks for the next attempt's lease, and asks again if the whole ring is out of quota only for a moment. */
export async function borrow(
  input: ServeInput,
  journey: Journey,
  asking: Asking,
): Promise<LeaseResult> {
  let granted = await askForLease(input, journey, asking)
  while (!granted.ok && granted.reason === 'out_for_a_moment') {
    // Randomised: otherwise all waiting requests would come back at the same moment.
    const waitMs = granted.inMs + Math.random() * QUOTA_SPREAD_MS
    await scheduler.wait(waitMs)
    journey.waited(waitMs)
    granted = await askForLease(input, journey, { ...asking, report: null })
  }
  return granted
}

const QUOTA_SPREAD_MS = 50

function callsOf({ calls, choices }: ServeInput): Pick<LeaseRequest, 'calls' | 'choices'> {
  const needed = calls?.()
  return {
    ...(needed !== undefined && { calls: needed }),
    ...(choices !== undefined && { choices }),
  }
}

/** Sends the report of the attempt before in the same round trip. */
function askForLease(
  input: ServeInput,
  journey: Journey,
  { report, deadline, mayMove = false }: Asking,
): Promise<LeaseResult> {
  const patienceMs = Math.max(0, deadline - Date.now())
  const quotaPatienceMs = Math.min(
    patienceMs,
    journey.quotaPatienceMs(input.settings.waitForQuotaMs),
  )
  const gapMs = journey.gapMs(quotaPatienceMs)
  const wanted: LeaseRequest = {
    ...journey.request(),
    ...(input.standIn && { standIn: input.standIn }),
    keyDigest: input.keyDigest,
    requestId: input.requestId,
    attempt: journey.attempts + 1,
    patienceMs,
    quotaPatienceMs,
    ...(gapMs !== null && { gapMs }),
    estimatedTokens: input.estimatedTokens,
    ...(input.estimatedOutput !== undefined && { estimatedOutput: input.estimatedOutput }),
    ...callsOf(input),
    ...(input.callIds !== undefined && input.callIds.length > 0 && { callIds: input.callIds }),
    ...(input.pins !== undefined && input.pins.length > 0 && { pins: input.pins }),
    ...(mayMove && { mayMove }),
    ...(input.uris !== undefined && input.uris.length > 0 && { uris: input.uris }),
  }
  return report === null
    ? lease(input, wanted)
    : call<LeaseResult>(input, (user) => user.settleAndLease(report, wanted))
}

export function call<T>(input: JourneyInput, action: (user: UserStub) => Promise<T>): Promise<T> {
  return callUser(input.env, input.userId, action)
}
