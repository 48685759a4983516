import type {
  GenerateContentRequest,
  GenerateContentResponse,
  UsageMetadata,
} from '../gemini/types.ts'
import { fit } from '../gemini/fit/index.ts'
import { countTokens, NO_TOKENS } from '../gemini/usage.ts'
import type { Cuttings } from '../http/cuttings.ts'
import type { Failure } from '../http/errors.ts'
import type { Lease, LeaseRequest, LeaseResult, Settlement } from '../objects/lease.ts'
import type { RateLimits } from '../objects/limits.ts'
import type { Settings } from '../settings.ts'
import type { Batch, UpstreamEvents } from '../upstreams/events.ts'
import type { Verdict } from '../upstreams/verdict.ts'
import { attempt, CLIENT_LEFT, DONE, type Failed } from './attempt.ts'
import { refusalOf } from './failure.ts'
import { Journey } from './journey.ts'
import { callUser, type UserStub } from './users.ts'

export interface GenerateInput {
  readonly env: Env
  readonly userId: string
  readonly requestId: string
  /** As the client asked for it, without a prefix; the object may know it as an alias. */
  readonly model: string
  /** Names the conversation; a hash. Null where the client named none. */
  readonly session: string | null
  readonly request: GenerateContentRequest
  /** What was cut out of the request's strings, to be sent as it came. */
  readonly cuttings: Cuttings
  readonly stream: boolean
  /** About how many tokens the request will use, for the user's limits. */
  readonly estimatedTokens: number
  readonly settings: Settings
  /** Aborted when the client leaves. */
  readonly clientSignal: AbortSignal
  readonly waitUntil: (work: Promise<unknown>) => void
}

/** An attempt that has begun to answer and is still to be settled, by whoever reads the answer. */
export interface Answering {
  readonly lease: Lease
  readonly attempts: number
  readonly control: AbortController
  /** To be called once, with how the answer ended. Resolves when it is counted. */
  readonly settle: (verdict: Verdict, usage: UsageMetadata | undefined) => Promise<void>
}

export type Generated =
  | (Answering & {
      readonly ok: true
      readonly kind: 'unary'
      readonly response: GenerateContentResponse
    })
  | (Answering & {
      readonly ok: true
      readonly kind: 'stream'
      readonly events: UpstreamEvents
      readonly first: Batch
    })
  | {
      readonly ok: false
      readonly failure: Failure
      readonly attempts: number
      readonly credentialId: string | null
      readonly rateLimits: RateLimits | null
    }

/**
 * A request's journey through the ring: the only loop over attempts. Before the first byte each credential that can serve
 * is tried at most once (an access token that Google refuses is refreshed once), within a deadline; what the client did
 * wrong is never tried twice.
 */
export async function generate(input: GenerateInput): Promise<Generated> {
  const { model, cuttings, stream, settings } = input
  const jsonFor = fitted(input.request)
  const deadline = Date.now() + settings.rotationDeadlineMs
  const journey = new Journey(model, input.session)
  const wanted = (attempt: number): LeaseRequest => ({
    ...journey.request(),
    requestId: input.requestId,
    attempt,
    patienceMs: Math.max(0, deadline - Date.now()),
    estimatedTokens: input.estimatedTokens,
  })
  let granted = await call<LeaseResult>(input, (user) => user.lease(wanted(1)))

  for (let attempts = 1; granted.ok; attempts++) {
    const { lease } = granted
    const { control, release } = follow(input.clientSignal)
    const requestJson = jsonFor(lease)
    const result = await attempt({ lease, requestJson, cuttings, stream, settings, control })
    if (result.ok) {
      return { ...result, lease, attempts, control, settle: settler(input, lease, release) }
    }
    release()
    control.abort(DONE) // what is left of a body that failed is not read

    const failed = { ...result, verdict: journey.verdictOn(lease, result) }
    const goesOn = journey.goesOnAfter(lease, failed) && Date.now() < deadline
    const settlement = settlementOf(lease, failed, goesOn)
    if (!goesOn) {
      input.waitUntil(call(input, (user) => user.settle(settlement)))
      const { credentialId, rateLimits } = lease
      return { ok: false, failure: journey.failure(), attempts, credentialId, rateLimits }
    }
    const waitMs = journey.waitMs()
    if (waitMs > 0) await scheduler.wait(waitMs)
    granted = await call<LeaseResult>(input, (user) =>
      user.settleAndLease(settlement, wanted(attempts + 1)),
    )
    if (!granted.ok) return refused(granted, journey, attempts)
  }
  return refused(granted, journey, 0)
}

function refused(
  refusal: Exclude<LeaseResult, { ok: true }>,
  journey: Journey,
  attempts: number,
): Generated {
  const failure = refusalOf(refusal, journey.model, Date.now()) ?? journey.failure()
  const rateLimits = 'rateLimits' in refusal ? refusal.rateLimits : null
  return { ok: false, failure, attempts, credentialId: journey.lastCredential, rateLimits }
}

/** The request as the upstream of a lease takes it, serialised once for each target however many attempts are made. */
function fitted(request: GenerateContentRequest): (lease: Lease) => string {
  const known = new Map<string, string>()
  return ({ model, access: { upstream } }) => {
    const target = `${upstream} ${model}`
    const json = known.get(target) ?? JSON.stringify(fit(request, { model, upstream }))
    known.set(target, json)
    return json
  }
}

function call<T>(input: GenerateInput, action: (user: UserStub) => Promise<T>): Promise<T> {
  return callUser(input.env, input.userId, action)
}

/** An upstream call that ends when the client leaves; `release` unties the two. */
function follow(client: AbortSignal): { control: AbortController; release: () => void } {
  const control = new AbortController()
  const abort = (): void => control.abort(CLIENT_LEFT)
  if (client.aborted) abort()
  else client.addEventListener('abort', abort, { once: true })
  return { control, release: () => client.removeEventListener('abort', abort) }
}

function settler(input: GenerateInput, lease: Lease, release: () => void): Answering['settle'] {
  return async (verdict, usage) => {
    release()
    const { kind } = verdict
    const request = kind === 'ok' || kind === 'cancelled' ? kind : 'failed'
    const tokens = countTokens(usage)
    const settlement = { lease: refOf(lease), verdict, status: 200, tokens, request } as const
    await call(input, (user) => user.settle(settlement))
  }
}

function settlementOf(lease: Lease, { verdict, status }: Failed, goesOn: boolean): Settlement {
  const ended = verdict.kind === 'cancelled' ? 'cancelled' : 'failed'
  const request = goesOn ? null : ended
  return { lease: refOf(lease), verdict, status, tokens: NO_TOKENS, request }
}

/** Without the access token, which has no business in a report. */
function refOf({ access: _access, ...ref }: Lease): Settlement['lease'] {
  return ref
}
