import type {
  GenerateContentRequest,
  GenerateContentResponse,
  UsageMetadata,
} from '../gemini/types.ts'
import type { Written } from '../dialects/dialect.ts'
import type { Operation } from '../gemini/operations.ts'
import type { Upstream } from '../gemini/upstreams.ts'
import { estimateOutput } from '../gemini/usage.ts'
import { withPreferences } from '../gemini/preferences.ts'
import type { UriRef } from '../gemini/media/owned-uris.ts'
import type { NewPin, PinRef } from '../gemini/pins.ts'
import { mergeSafety } from '../gemini/safety.ts'
import { isPlain } from '../gemini/plain.ts'
import { fit, type Target } from '../gemini/fit/index.ts'
import { callIdsOf } from '../gemini/fit/signatures.ts'
import type { CallSignature } from '../gemini/signatures.ts'
import type { Cuttings } from '../bytes/cuttings.ts'
import type { Failure } from '../failure/failure.ts'
import type { Lease, LeaseRequest, LeaseResult, Settlement } from '../objects/ledger/lease.ts'
import type { RateLimits } from '../failure/rate-limits.ts'
import type { Took } from '../objects/ledger/latency.ts'
import type { Settings } from '../settings.ts'
import type { Batch, UpstreamEvents } from '../upstreams/events.ts'
import type { Ask } from '../upstreams/front.ts'
import type { Verdict } from '../upstreams/verdict.ts'
import {
  attempt,
  type AttemptInput,
  type AttemptResult,
  CLIENT_LEFT,
  DONE,
  type Failed,
} from './attempt.ts'
import type { Client } from './client.ts'
import { attemptAnswer, attemptOnce, nextHop } from './continuation.ts'
import { refusalOf } from './failure.ts'
import { Journey } from './journey.ts'
import { disown, own } from './owned.ts'
import { keepRenewed } from './renewal.ts'
import { report as tellObject, settle, settlementOf, successOf } from './settling.ts'
import { callUser, type UserStub } from './objects.ts'
import type { Wording } from './wording.ts'

/** What every journey needs, whatever is asked of Google. */
export interface JourneyInput {
  readonly env: Env
  readonly userId: string
  /** Which of the user's keys the client presented. */
  readonly keyDigest: string
  readonly requestId: string
  /** As the client asked for it, without a prefix; the object may know it as an alias. */
  readonly model: string
  /** What serves if no alias of the user's is for that name, where the name is another maker's. */
  readonly standIn?: string | null
  /** Names the conversation; a hash. Null where the client named none. */
  readonly session: string | null
  /** Upstreams that cannot serve this request at all; none where it does not say. */
  readonly unfit?: readonly Upstream[]
  /** What of it they do not take, where it can be named. */
  readonly unfitFor?: readonly string[]
  /** What it names that belongs to one credential. */
  readonly pins?: readonly PinRef[]
  /** What it names that Google would read with the credential's rights. */
  readonly uris?: readonly UriRef[]
  /** About how many tokens the request will use, for the user's limits. */
  readonly estimatedTokens: number
  /** How many of them are output. */
  readonly estimatedOutput?: number
  readonly settings: Settings
  readonly client: Client
  readonly waitUntil: (work: Promise<unknown>) => void
}

/** A request that its dialect writes. */
export interface WrittenInput extends JourneyInput {
  readonly written: Pick<Written, 'write' | 'callIds' | 'mayBeEmpty' | 'isPlain'>
  readonly cuttings: Cuttings
  readonly stream: boolean
}

export interface GenerateInput extends JourneyInput {
  readonly request: GenerateContentRequest
  /** What was cut out of the request's strings, to be sent as it came. */
  readonly cuttings: Cuttings
  readonly stream: boolean
}

/** A journey with what each attempt asks, which depends on where its lease leads. */
export interface ServeInput extends JourneyInput {
  readonly operation: Operation
  readonly askUnder: (lease: Lease, wording: Wording) => Ask
  /** How an attempt is made, where it is more than one call. */
  readonly attempt?: (input: AttemptInput) => Promise<AttemptResult>
  /** How many calls the whole request takes that are no retries, where that is not one; asked anew for each lease. */
  readonly calls?: () => LeaseRequest['calls']
  /** How many choices are asked for at the same time, of which this is the first. */
  readonly choices?: number
  /** Called once, when the first lease is granted or refused. */
  readonly whenAnswered?: (isGranted: boolean) => void
  /** Whether the client follows a long answer by itself, so that nobody else may. */
  readonly isFollowed?: boolean
  /** Whether an answer may end without a word. */
  readonly mayBeEmpty?: boolean
  /** The calls in the conversation whose signatures are wanted. */
  readonly callIds?: readonly string[]
  /** Whether there is nothing in it that Google could refuse for the request's own sake; asked only where that matters. */
  readonly isPlain?: () => boolean
}

/** An attempt that has begun to answer and is still to be settled, by whoever reads the answer. */
export interface Answering {
  readonly lease: Lease
  readonly attempts: number
  readonly control: AbortController
  /** To be called once, with how the answer ended. The report outlives the request. */
  readonly settle: (
    verdict: Verdict,
    usage: UsageMetadata | undefined,
    /** Of the calls that the client was told. */
    signatures?: readonly CallSignature[],
    /** What Google told of that this credential alone knows. */
    pins?: readonly NewPin[],
  ) => void
  /** Instead of `settle`, where the request takes another call: counts this attempt as good and goes on. */
  readonly next: (usage: UsageMetadata | undefined) => Promise<Generated>
}

export type Generated =
  | (Answering & {
      readonly ok: true
      readonly kind: 'unary'
      readonly response: GenerateContentResponse
      /** The JSON that it was parsed from, where the dialect wrote the request. */
      readonly text?: string
    })
  | (Answering & {
      readonly ok: true
      readonly kind: 'stream'
      readonly events: UpstreamEvents
      readonly first: Batch
      /** Fetches the rest of an answer that is longer than one call may give; null where its client does. */
      readonly resume: ((token: string) => Promise<AttemptResult>) | null
      /** Asks for the answer once more, where it ended without a word; null where it may. */
      readonly again: (() => Promise<AttemptResult>) | null
    })
  | {
      readonly ok: false
      readonly failure: Failure
      readonly attempts: number
      readonly credentialId: string | null
      readonly rateLimits: RateLimits | null
    }

/** Generates under the ring's leases. */
export function generate(input: GenerateInput): Promise<Generated> {
  return serve(generating(input))
}

/** The journey of a generation, to be made once or, for several choices, as often as there are. */
export function generating(input: GenerateInput): ServeInput {
  const { request } = input
  // A stop sequence may be the first thing that a model says.
  const mayBeEmpty = (request.generationConfig?.stopSequences ?? []).length > 0
  return {
    ...input,
    operation: 'generate',
    askUnder: generation(input),
    attempt: (asked) => attemptAnswer(asked, mayBeEmpty),
    mayBeEmpty,
    callIds: callIdsOf(request),
    estimatedOutput: estimateOutput(request),
    isPlain: () => isPlain(request),
  }
}

/** The same of a request in its dialect's own writing. */
export function generatingAsWritten(input: WrittenInput): ServeInput {
  const { written, cuttings, stream, settings } = input
  const { callIds, mayBeEmpty, isPlain: hasNothing } = written
  return {
    ...input,
    operation: 'generate',
    isFollowed: true,
    askUnder: (lease, wording) => {
      const safety = mergeSafety(settings.safetySettings, lease.preferences.safetySettings)
      const json = written.write({ target: targetOf(lease, wording), safety })
      return { method: stream ? 'streamGenerateContent' : 'generateContent', json, cuttings }
    },
    attempt: (asked) => attemptOnce(asked, mayBeEmpty),
    callIds,
    isPlain: () => hasNothing,
  }
}

/**
 * A request's journey through the ring: the only loop over attempts. Before the first byte each credential that can serve
 * is tried at most once (an access token that Google refuses is refreshed once), within a deadline; what the client did
 * wrong is never tried twice.
 */
export function serve(input: ServeInput): Promise<Generated> {
  const unfit = { upstreams: input.unfit, of: input.unfitFor }
  const journey = new Journey(input.model, input.session, input.operation, unfit)
  return travel(input, journey, null)
}

/** `report` is on the attempt before, of a request that takes several calls. */
async function travel(
  input: ServeInput,
  journey: Journey,
  report: Settlement | null,
): Promise<Generated> {
  const { settings } = input
  const deadline = Date.now() + settings.rotationDeadlineMs
  let granted = await lease(input, journey, { report, deadline })
  input.whenAnswered?.(granted.ok)

  while (granted.ok) {
    journey.began()
    const { lease: lent } = granted
    const control = new AbortController()
    const unwatch = input.client.whenLeft(() => control.abort(CLIENT_LEFT))
    const unrenew = keepRenewed(input, lent.id)
    const release = (): void => {
      unwatch()
      unrenew()
    }
    const { wording } = journey
    const began = Date.now()
    const ask = (): Ask => input.askUnder(lent, wording)
    const asked: AttemptInput = { lease: lent, ask, settings, control }
    let result: AttemptResult
    let failed: Failed | null
    try {
      result = await (input.attempt ?? attempt)(asked)
      failed = result.ok
        ? null
        : { ...result, verdict: journey.verdictOn(lent, result, input.isPlain ?? always) }
    } catch (error) {
      // A bug of ours, which must not keep the lease.
      release()
      control.abort(DONE)
      settle(input, {
        lease: lent,
        verdict: BROKEN,
        usage: undefined,
        signatures: [],
        took: tookSince(began, null),
      })
      throw error
    }
    if (result.ok)
      return answering(input, journey, { lent, control, release, asked, result, began })
    if (failed === null) throw new Error('An attempt has failed or not.')
    release()
    control.abort(DONE) // what is left of a body that failed is not read

    const goesOn = journey.goesOnAfter(lent, failed) && Date.now() < deadline
    const settlement = settlementOf(lent, failed, goesOn, tookSince(began, null))
    if (!goesOn) {
      input.waitUntil(tellObject(input, [settlement]))
      const { credentialId, rateLimits } = lent
      const { attempts } = journey
      return { ok: false, failure: journey.failure(), attempts, credentialId, rateLimits }
    }
    const waitMs = journey.waitMs()
    if (waitMs > 0) await scheduler.wait(waitMs)
    granted = await lease(input, journey, { report: settlement, deadline })
  }
  return refused(granted, journey)
}

/** An attempt that could not even be made. */
const BROKEN: Verdict = { kind: 'upstream_fault', reason: 'internal' }

interface Begun {
  readonly lent: Lease
  readonly control: AbortController
  readonly release: () => void
  readonly asked: AttemptInput
  readonly result: Extract<AttemptResult, { ok: true }>
  /** Epoch milliseconds. */
  readonly began: number
}

function tookSince(began: number, firstByteMs: number | null): Took {
  return { firstByteMs, wholeMs: Date.now() - began }
}

/** Hands an answer over to whoever tells it, and keeps it in mind until that is done. */
function answering(input: ServeInput, journey: Journey, begun: Begun): Generated {
  const { lent, control, release, asked, result, began } = begun
  const firstByteMs = Date.now() - began
  const { requestId } = input
  let isOver = false
  const over = (): void => {
    isOver = true
    release()
    disown(requestId, settleOnce)
  }
  const settleOnce: Answering['settle'] = (verdict, usage, signatures = [], pins = []) => {
    if (isOver) return
    over()
    const took = tookSince(began, firstByteMs)
    settle(input, { lease: lent, verdict, usage, signatures, pins, took })
  }
  const next = (usage: UsageMetadata | undefined): Promise<Generated> => {
    over()
    return travel(input, journey, successOf(lent, usage, tookSince(began, firstByteMs)))
  }
  own(requestId, settleOnce)
  const handed: Answering = {
    lease: lent,
    attempts: journey.attempts,
    control,
    settle: settleOnce,
    next,
  }
  return result.kind === 'unary'
    ? { ...result, ...handed }
    : {
        ...result,
        ...handed,
        resume: input.isFollowed === true ? null : (token) => nextHop(asked, token),
        again: mayAskAgain(input) ? () => (input.attempt ?? attempt)(asked) : null,
      }
}

function always(): boolean {
  return true
}

interface Asking {
  /** On the attempt before. */
  readonly report: Settlement | null
  readonly deadline: number
}

/** Asks for the next attempt's lease; again where the whole ring is out of quota for a moment only. */
async function lease(input: ServeInput, journey: Journey, asking: Asking): Promise<LeaseResult> {
  let granted = await askForLease(input, journey, asking)
  while (!granted.ok && granted.reason === 'out_for_a_moment') {
    // Spread, so that those who wait do not come back together.
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

/** With the report of the attempt before in the same round trip. */
function askForLease(
  input: ServeInput,
  journey: Journey,
  { report, deadline }: Asking,
): Promise<LeaseResult> {
  const patienceMs = Math.max(0, deadline - Date.now())
  const quotaPatienceMs = journey.quotaPatienceMs(input.settings.waitForQuotaMs)
  const wanted: LeaseRequest = {
    ...journey.request(),
    ...(input.standIn && { standIn: input.standIn }),
    keyDigest: input.keyDigest,
    requestId: input.requestId,
    attempt: journey.attempts + 1,
    patienceMs,
    quotaPatienceMs: Math.min(patienceMs, quotaPatienceMs),
    estimatedTokens: input.estimatedTokens,
    ...(input.estimatedOutput !== undefined && { estimatedOutput: input.estimatedOutput }),
    ...callsOf(input),
    ...(input.callIds !== undefined && input.callIds.length > 0 && { callIds: input.callIds }),
    ...(input.pins !== undefined && input.pins.length > 0 && { pins: input.pins }),
    ...(input.uris !== undefined && input.uris.length > 0 && { uris: input.uris }),
  }
  return call<LeaseResult>(input, (user) =>
    report === null ? user.lease(wanted) : user.settleAndLease(report, wanted),
  )
}

function refused(refusal: Exclude<LeaseResult, { ok: true }>, journey: Journey): Generated {
  const { attempts } = journey
  const failure = refusalOf(refusal, journey.model, Date.now()) ?? journey.failure()
  const rateLimits = 'rateLimits' in refusal ? refusal.rateLimits : null
  return { ok: false, failure, attempts, credentialId: journey.lastCredential, rateLimits }
}

/** The request as the upstream of a lease takes it. */
export function generation({
  request,
  cuttings,
  stream,
  settings,
}: GenerateInput): ServeInput['askUnder'] {
  const method = stream ? 'streamGenerateContent' : 'generateContent'
  return (lease, wording) => {
    const preferred = withPreferences(request, lease.preferences, settings.safetySettings)
    return { method, json: JSON.stringify(fit(preferred, targetOf(lease, wording))), cuttings }
  }
}

function targetOf({ model, signatures, access }: Lease, wording: Wording): Target {
  const { schemas, dummiesOnly } = wording
  const { upstream } = access
  return { model, upstream, schemas, dummiesOnly, ...(signatures && { signatures }) }
}

function call<T>(input: JourneyInput, action: (user: UserStub) => Promise<T>): Promise<T> {
  return callUser(input.env, input.userId, action)
}

/** Who follows an answer by itself has been told its end by then. */
function mayAskAgain({ mayBeEmpty, isFollowed }: ServeInput): boolean {
  return mayBeEmpty === false && isFollowed !== true
}
