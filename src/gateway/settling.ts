import type { NewPin } from '../gemini/pins.ts'
import type { CallSignature } from '../gemini/signatures.ts'
import type { UsageMetadata } from '../gemini/types.ts'
import { countTokens } from '../gemini/usage.ts'
import { logError } from '../http/log.ts'
import type { Lease, LeaseRef, Settlement } from '../objects/ledger/lease.ts'
import type { Took } from '../objects/ledger/latency.ts'
import type { Verdict } from '../upstreams/verdict.ts'
import type { Failed } from './attempt.ts'
import { costUnder } from './billing.ts'
import { callUser } from './objects.ts'

/** Reports that come within this time of the first are one call to the object, which is paid for by the call. */
const WINDOW_MS = 20
/** If the platform ends a request, its batch's timer dies with it; after this time the user's next settlement sends the batch. */
const OVERDUE_MS = 1000

interface Batch {
  readonly settlements: Settlement[]
  /** Epoch milliseconds. */
  readonly since: number
}

/** What is about to be reported, by user. Of an isolate, since the requests of a user that come together mostly meet in one. */
const waiting = new Map<string, Batch>()

export interface Reporter {
  readonly env: Env
  readonly userId: string
  readonly waitUntil: (work: Promise<unknown>) => void
}

/** An attempt that answered, and how the answer ended. */
export interface Ended {
  readonly lease: Lease
  readonly verdict: Verdict
  readonly usage: UsageMetadata | undefined
  /** Of the calls that the client was told. */
  readonly signatures: readonly CallSignature[]
  /** What Google told of that this credential alone knows. */
  readonly pins?: readonly NewPin[]
  readonly took: Took
}

/**
 * Reports the last attempt of a request that was answered. What nobody waits for goes with what else of the user's is reported
 * within moments.
 */
export function settle(reporter: Reporter, ended: Ended): void {
  const { userId, waitUntil } = reporter
  const settlement = settlementFor(ended)
  const batch = waiting.get(userId)
  if (isUrgent(ended)) waitUntil(report(reporter, [settlement]))
  else if (batch === undefined) waitUntil(reportSoon(reporter, [settlement]))
  else if (Date.now() <= batch.since + OVERDUE_MS) batch.settlements.push(settlement)
  // Should the other still come to it: the object takes each report once.
  else waitUntil(reportSoon(reporter, [...batch.settlements, settlement]))
}

/** Whether decisions about the next requests hang on it. */
function isUrgent({ lease, verdict, signatures, pins = [] }: Ended): boolean {
  const isFault = verdict.kind !== 'ok' && verdict.kind !== 'cancelled'
  // An object of before this was thought of does not say, and takes one report a call: a new Worker may meet it for a while.
  const isAwaited = (lease.isAwaited as boolean | undefined) !== false
  // The client may send the result of a call back at once, or ask for the rest, and then it must be known here.
  return isAwaited || isFault || signatures.length > 0 || pins.length > 0
}

async function reportSoon(reporter: Reporter, settlements: Settlement[]): Promise<void> {
  const { userId } = reporter
  const batch = { settlements, since: Date.now() }
  waiting.set(userId, batch)
  await scheduler.wait(WINDOW_MS)
  if (waiting.get(userId) === batch) waiting.delete(userId)
  await report(reporter, settlements)
}

/**
 * Tells the object how attempts ended. Nobody waits for it, so what fails ends here, in a line of log: the object counts what it
 * was never told of as lost.
 */
export async function report(
  { env, userId }: Reporter,
  settlements: readonly Settlement[],
): Promise<void> {
  try {
    await callUser(env, userId, (user) => user.settle(...settlements))
  } catch (error) {
    logError('settle_failed', { user: userId, attempts: settlements.length, error: String(error) })
  }
}

function settlementFor({ lease, verdict, usage, signatures, pins = [], took }: Ended): Settlement {
  const { kind } = verdict
  const request = kind === 'ok' || kind === 'cancelled' ? kind : 'failed'
  const tokens = countTokens(usage)
  const told = signatures.length > 0 && { signatures }
  const owned = pins.length > 0 && { pins }
  const costNano = costUnder(lease, usage, verdict)
  const spent = { tokens, costNano, took }
  return { lease: refOf(lease), verdict, status: 200, ...spent, request, ...told, ...owned }
}

/** An attempt that did its part of a request which goes on. */
export function successOf(lease: Lease, usage: UsageMetadata | undefined, took: Took): Settlement {
  const verdict = { kind: 'ok' } as const
  const costNano = costUnder(lease, usage, verdict)
  const tokens = countTokens(usage)
  return { lease: refOf(lease), verdict, status: 200, tokens, costNano, took, request: null }
}

/** An attempt that failed; `goesOn`: the request has another. */
export function settlementOf(
  lease: Lease,
  { verdict, status, usage }: Failed,
  goesOn: boolean,
  took: Took,
): Settlement {
  const ended = verdict.kind === 'cancelled' ? 'cancelled' : 'failed'
  const request = goesOn ? null : ended
  const costNano = costUnder(lease, usage, verdict)
  const tokens = countTokens(usage)
  return { lease: refOf(lease), verdict, status, tokens, costNano, took, request }
}

/** Without the access token, which has no business in a report, and what the object knows. */
function refOf(lease: Lease): LeaseRef {
  const { id, requestId, credentialId, model, countedAs } = lease
  const { grantedAt, deadline, credentialVersion, tokenSerial, upstream } = lease
  return {
    id,
    requestId,
    credentialId,
    model,
    countedAs,
    grantedAt,
    deadline,
    credentialVersion,
    tokenSerial,
    ...(upstream !== undefined && { upstream }),
  }
}
