import type { LeaseRequest, LeaseResult } from '../objects/ledger/lease.ts'
import type { JourneyInput } from './journey-input.ts'
import { callUser, userStub } from './object-calls.ts'

/** More requests would make one answer of the object's long, and those at its head wait for it. */
const MAX_TOGETHER = 64
/**
 * If the platform ends a request, what it was doing for others ends with it. So after this time nobody joins its group any
 * more, or takes its call for one that is under way.
 */
const OVERDUE_MS = 1000
/** How long a group of several waits for more. */
const WINDOW_MS = 2
/** After so long without a word, a request asks by itself. The object then grants the same lease. */
const LOST_MS = 5000

/** One for each request, in their order. Null: the request must ask by itself. */
type Results = readonly (LeaseResult | null)[]

/** Requests of one user that will be one call. The first of them sends it. */
interface Group {
  readonly requests: LeaseRequest[]
  /** Epoch milliseconds. */
  readonly since: number
  /** Null if the call failed. Never rejects. */
  readonly results: Promise<Results | null>
}

/** Kept in the isolate: requests of one user at one time mostly meet in the same one. */
const gathering = new Map<string, Group>()
/** By user, since when the last call is under way. */
const underWay = new Map<string, { readonly since: number }>()

/**
 * Asks for a request's lease. Calling an object costs as much as a quarter of all else that a short request does, so requests of one
 * user that come while another asks are one call. They wait for a turn of the event loop, and where that brought
 * several for two milliseconds more. A request that comes alone asks at once.
 */
export async function lease(input: JourneyInput, wanted: LeaseRequest): Promise<LeaseResult> {
  const { userId } = input
  const now = Date.now()
  const group = gathering.get(userId)
  if (group !== undefined && isFresh(group, now) && group.requests.length < MAX_TOGETHER) {
    const at = group.requests.push(wanted) - 1
    return (await heard(input, group, at)) ?? askAlone(input, wanted)
  }
  if (!isFresh(underWay.get(userId), now)) return askAlone(input, wanted)
  const results = await lead(input, wanted, now)
  return results?.[0] ?? askAlone(input, wanted)
}

function isFresh(begun: { readonly since: number } | undefined, now: number): boolean {
  return begun !== undefined && now <= begun.since + OVERDUE_MS
}

function askAlone({ env, userId }: JourneyInput, wanted: LeaseRequest): Promise<LeaseResult> {
  return flying(userId, () => callUser<LeaseResult>(env, userId, (user) => user.lease(wanted)))
}

async function flying<T>(userId: string, call: () => Promise<T>): Promise<T> {
  const flight = { since: Date.now() }
  underWay.set(userId, flight)
  try {
    return await call()
  } finally {
    if (underWay.get(userId) === flight) underWay.delete(userId)
  }
}

function lead(input: JourneyInput, wanted: LeaseRequest, since: number): Promise<Results | null> {
  const requests = [wanted]
  const results = send(input, requests)
  gathering.set(input.userId, { requests, since, results })
  // The client of this request may leave, and the others wait all the same.
  input.waitUntil(results)
  return results
}

async function send(
  { env, userId }: JourneyInput,
  requests: LeaseRequest[],
): Promise<Results | null> {
  await scheduler.wait(0)
  if (requests.length > 1) await scheduler.wait(WINDOW_MS)
  if (gathering.get(userId)?.requests === requests) gathering.delete(userId)
  if (requests.length === 1) return null
  try {
    return await flying<Results>(userId, () => userStub(env, userId).leaseTogether(requests))
  } catch {
    // The object was reset, or is of an earlier version and knows no such call. Each request asks by itself and reports what it
    // meets; whoever got a lease gets the same again.
    return null
  }
}

/** What the group's call brought for one of its other requests. */
async function heard(
  { clock }: JourneyInput,
  group: Group,
  at: number,
): Promise<LeaseResult | null> {
  const { promise, resolve } = Promise.withResolvers<null>()
  const cancel = clock.after(LOST_MS, () => resolve(null))
  try {
    return await Promise.race([resultFor(group, at), promise])
  } finally {
    cancel()
  }
}

/**
 * Danger: the promise belongs to the request that sends the call. Another request may await it, since the runtime then
 * brings it back into its own context. It must not hand out a `resolve` for the other to call: what follows would sometimes
 * run in the wrong context, where all its I/O is refused (seen in workerd 1.20261023, once such code is optimised).
 */
async function resultFor({ results }: Group, at: number): Promise<LeaseResult | null> {
  try {
    return (await results)?.[at] ?? null
  } catch {
    return null // the other request has ended, and its promise with it; this one asks by itself
  }
}
