import type {
  GenerateContentRequest,
  GenerateContentResponse,
  UsageMetadata,
} from '../gemini/types.ts'
import { countTokens } from '../gemini/usage.ts'
import type { Failure } from '../http/errors.ts'
import type { Lease, LeaseResult, Settlement } from '../objects/lease.ts'
import type { Settings } from '../settings.ts'
import type { Upstream } from '../gemini/upstreams.ts'
import type { Batch, UpstreamEvents } from '../upstreams/events.ts'
import type { Verdict } from '../upstreams/verdict.ts'
import { attempt, CLIENT_LEFT, DONE, type Failed } from './attempt.ts'
import { failureOf, refusalOf } from './failure.ts'
import { callUser } from './users.ts'

export interface GenerateInput {
  readonly env: Env
  readonly userId: string
  /** As Google knows it. */
  readonly model: string
  readonly request: GenerateContentRequest
  readonly stream: boolean
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
  settle(verdict: Verdict, usage: UsageMetadata | undefined): Promise<void>
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
    }

/** Failures of one upstream within a request that are an outage of it, whatever credential is used. */
const OUTAGE_AFTER = 2

/**
 * A request's journey through the ring: the only loop over attempts. Before the first byte each credential that can serve
 * is tried at most once (an access token that Google refuses is refreshed once), within a deadline; what the client did
 * wrong is never tried twice.
 */
export async function generate(input: GenerateInput): Promise<Generated> {
  const { env, userId, model, settings, clientSignal } = input
  const requestJson = JSON.stringify(input.request)
  const deadline = Date.now() + settings.rotationDeadlineMs
  const journey = new Journey(model)
  let granted = await callUser<LeaseResult>(env, userId, (user) => user.lease(journey.next()))

  for (let attempts = 1; ; attempts++) {
    if (!granted.ok) {
      const failure = refusalOf(granted, model, Date.now()) ?? journey.failure()
      return { ok: false, failure, attempts: attempts - 1, credentialId: journey.lastCredential }
    }
    const { lease } = granted
    const control = new AbortController()
    const abort = (): void => control.abort(CLIENT_LEFT)
    if (clientSignal.aborted) abort()
    else clientSignal.addEventListener('abort', abort, { once: true })

    const result = await attempt({ lease, requestJson, stream: input.stream, settings, control })
    if (result.ok) {
      const settle: Answering['settle'] = async (verdict, usage) => {
        clientSignal.removeEventListener('abort', abort)
        const ended =
          verdict.kind === 'ok' || verdict.kind === 'cancelled' ? verdict.kind : 'failed'
        const tokens = countTokens(usage)
        const settlement = {
          lease: refOf(lease),
          verdict,
          status: 200,
          tokens,
          request: ended,
        } as const
        await callUser(env, userId, (user) => user.settle(settlement))
      }
      return { ...result, lease, attempts, control, settle }
    }

    clientSignal.removeEventListener('abort', abort)
    control.abort(DONE) // what is left of a body that failed is not read
    const goesOn = journey.failed(lease, result) && Date.now() < deadline
    const settlement = settlementOf(
      lease,
      journey.lastVerdict ?? result.verdict,
      result.status,
      goesOn,
    )
    if (goesOn) {
      granted = await callUser<LeaseResult>(env, userId, (user) =>
        user.settleAndLease(settlement, journey.next()),
      )
      continue
    }
    input.waitUntil(callUser(env, userId, (user) => user.settle(settlement)))
    return { ok: false, failure: journey.failure(), attempts, credentialId: lease.credentialId }
  }
}

/** What the attempts so far have shown, and so what is left to try. */
class Journey {
  readonly #model: string
  readonly #tried: string[] = []
  readonly #refreshed = new Set<string>()
  readonly #outages = new Map<Upstream, number>()
  #last: {
    readonly failed: Failed
    readonly verdict: Verdict
    readonly credentialId: string
  } | null = null

  constructor(model: string) {
    this.#model = model
  }

  get lastVerdict(): Verdict | null {
    return this.#last?.verdict ?? null
  }

  get lastCredential(): string | null {
    return this.#last?.credentialId ?? null
  }

  next(): { model: string; tried: readonly string[]; avoid: readonly Upstream[] } {
    const avoid = [...this.#outages]
      .filter(([, failures]) => failures >= OUTAGE_AFTER)
      .map(([upstream]) => upstream)
    return { model: this.#model, tried: [...this.#tried], avoid }
  }

  /** Takes note of a failure; true where another attempt makes sense. */
  failed(lease: Lease, failed: Failed): boolean {
    const { credentialId } = lease
    let { verdict } = failed
    if (verdict.kind === 'token_rejected' && this.#refreshed.has(credentialId)) {
      // A token fresh from Google was refused as well: it is the credential.
      verdict = { kind: 'credential_fault', reason: 'token_rejected', scope: 'credential' }
    }
    this.#last = { failed, verdict, credentialId }
    switch (verdict.kind) {
      case 'token_rejected':
        this.#refreshed.add(credentialId)
        return true
      case 'quota':
      case 'credential_fault':
        this.#tried.push(credentialId)
        return true
      case 'upstream_fault': {
        this.#tried.push(credentialId)
        const { upstream } = lease.access
        const location = verdict.reason === 'location'
        this.#outages.set(
          upstream,
          location ? OUTAGE_AFTER : (this.#outages.get(upstream) ?? 0) + 1,
        )
        return true
      }
      case 'client_fault':
      case 'cancelled':
      case 'ok':
        return false
    }
  }

  failure(): Failure {
    const last = this.#last
    if (last === null) throw new Error('A lease was refused as tried before anything was.')
    return failureOf(last.verdict, last.failed.error, this.#model)
  }
}

function settlementOf(lease: Lease, verdict: Verdict, status: number, goesOn: boolean): Settlement {
  const ended = verdict.kind === 'cancelled' ? 'cancelled' : 'failed'
  const tokens = countTokens(undefined)
  return { lease: refOf(lease), verdict, status, tokens, request: goesOn ? null : ended }
}

/** Without the access token, which has no business in a report. */
function refOf({ access: _access, ...ref }: Lease): Settlement['lease'] {
  return ref
}
