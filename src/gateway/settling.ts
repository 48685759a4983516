import type { NewPin } from '../gemini/pins.ts'
import type { CallSignature } from '../gemini/signatures.ts'
import type { UsageMetadata } from '../gemini/types.ts'
import { countTokens, isCounted, NO_TOKENS } from '../gemini/usage.ts'
import { logError } from '../http/log.ts'
import type { Lease, LeaseRef, Settlement } from '../objects/ledger/lease.ts'
import type { Took } from '../objects/ledger/latency.ts'
import type { Verdict } from '../upstreams/verdict.ts'
import type { Failed } from './attempt.ts'
import { costUnder } from './billing.ts'
import { callUser } from './object-calls.ts'

/** Every call to the object costs money, so reports within this time after the first share one call. */
const WINDOW_MS = 20
/** If the platform ends a request, its batch's timer dies with it; after this time the user's next settlement sends the batch. */
const OVERDUE_MS = 1000

interface Batch {
  readonly settlements: Settlement[]
  /** Epoch milliseconds. */
  readonly since: number
}

/**
 * Reports that wait to be sent, by user. They are kept in the isolate: requests of one user at one time mostly meet
 * in the same one.
 */
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
  /** About how many tokens Google has read. They stand for its counts where the client left before it told any. */
  readonly estimatedPrompt?: number
  /** Signatures of the calls that the client received. */
  readonly signatures: readonly CallSignature[]
  /** Things that the answer named and that only this credential can reach. */
  readonly pins?: readonly NewPin[]
  readonly took: Took
}

/**
 * Reports the last attempt of an answered request: at once if the next requests depend on the report, otherwise
 * within moments, together with other reports of the user's.
 */
export function settle(reporter: Reporter, ended: Ended): void {
  const { userId, waitUntil } = reporter
  const settlement = settlementFor(ended)
  const batch = waiting.get(userId)
  if (isUrgent(ended)) waitUntil(report(reporter, [settlement]))
  else if (batch === undefined) waitUntil(reportSoon(reporter, [settlement]))
  else if (Date.now() <= batch.since + OVERDUE_MS) batch.settlements.push(settlement)
  // If the overdue batch is sent after all, nothing is counted twice: the object accepts each report only once.
  else waitUntil(reportSoon(reporter, [...batch.settlements, settlement]))
}

/** Whether the next requests depend on this report. */
function isUrgent({ lease, verdict, signatures, pins = [] }: Ended): boolean {
  const isFault = verdict.kind !== 'ok' && verdict.kind !== 'cancelled'
  // During a deploy a new Worker may meet an older object, which does not send `isAwaited` and takes only one report
  // a call. So it gets the report at once.
  const isAwaited = (lease.isAwaited as boolean | undefined) !== false
  // The client may send a call's result or ask for the rest at once, and the object must know these by then.
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
 * Tells the object how attempts ended. Nobody waits for it, so a failure is only logged; the object then counts the
 * attempts as lost.
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

function settlementFor(ended: Ended): Settlement {
  const { lease, verdict, usage, estimatedPrompt = 0, signatures, pins = [], took } = ended
  const { kind } = verdict
  const request = kind === 'ok' || kind === 'cancelled' ? kind : 'failed'
  const isTold = kind !== 'cancelled' || isCounted(usage)
  const tokens = isTold ? countTokens(usage) : { ...NO_TOKENS, prompt: estimatedPrompt }
  const told = signatures.length > 0 && { signatures }
  const owned = pins.length > 0 && { pins }
  const costNano = costUnder(lease, usage, verdict)
  const spent = { tokens, costNano, took }
  return { lease: refOf(lease), verdict, status: 200, ...spent, request, ...told, ...owned }
}

/** The report of an attempt that succeeded, in a request that goes on with another call. */
export function successOf(lease: Lease, usage: UsageMetadata | undefined, took: Took): Settlement {
  const verdict = { kind: 'ok' } as const
  const costNano = costUnder(lease, usage, verdict)
  const tokens = countTokens(usage)
  return { lease: refOf(lease), verdict, status: 200, tokens, costNano, took, request: null }
}

/** The report of an attempt that failed. `goesOn`: the request makes another attempt. */
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

/** The lease without its access token, which must not be in a report, and without what the object knows itself. */
function refOf(lease: Lease): LeaseRef {
  const { id, requestId, credentialId, model, countedAs } = lease
  const { grantedAt, deadline, credentialVersion, tokenSerial, upstream, calls } = lease
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
    ...(calls !== undefined && { calls }),
  }
}
