import type { Operation } from '../gemini/operations.ts'
import type { Upstream } from '../gemini/upstreams.ts'
import type { Failure, FailureReason } from '../failure/failure.ts'
import type { Lease, LeaseRequest } from '../objects/ledger/lease.ts'
import type { UpstreamFault, Verdict } from '../upstreams/verdict.ts'
import type { Failed } from './attempt.ts'
import type { Copying } from './copies/copying.ts'
import { failureOf } from './failure-of.ts'
import { QuotaGap } from './quota-gap.ts'
import { afterSlip, FIRST_WORDING, reworded, type Wording } from './request-wording.ts'

type Way = 'end' | 'reword' | 'refresh' | 'next' | 'next_upstream'

/**
 * Where a request goes after each verdict. What a verdict means for the credential is decided by the object
 * (objects/leasing/consequences.ts).
 * `end`: the client is told. `reword`: the same credential once more, if the request can be worded otherwise.
 * `refresh`: the same credential once more, with a fresh token. `next`: another credential. `next_upstream`: another
 * credential, and after a second such failure another upstream.
 */
const AFTER: Readonly<Record<Verdict['kind'], Way>> = {
  ok: 'end',
  client_fault: 'reword',
  cancelled: 'end',
  token_rejected: 'refresh',
  credential_fault: 'next',
  quota: 'next',
  upstream_fault: 'next_upstream',
}

/**
 * After this many failures of one upstream within a request, it counts as an outage of that upstream, whatever credentials
 * were used.
 */
const OUTAGE_AFTER = 2
/**
 * Slips of the model itself. Another credential leads to the same model, so the same one is asked again, up to
 * ASKED_WITH_SLIPS times in all.
 */
const SLIPS: readonly string[] = ['malformed_call', 'empty_answer']
const ASKED_WITH_SLIPS = 2
/** Shared capacity returns within moments, and asking at once makes the shortage worse. */
const CAPACITY_WAIT_MS = 400

/** The fields of a lease request that the journey does not decide. */
type Errand = Pick<
  LeaseRequest,
  'requestId' | 'attempt' | 'patienceMs' | 'estimatedTokens' | 'keyDigest' | 'callIds'
>

/** What the attempts of one request have shown, and what is therefore left to try. */
export class Journey {
  /** As the client asked for it. */
  readonly model: string
  /** Set if another credential than the owner of its files serves the request. */
  copying: Copying | null = null
  readonly #session: string | null
  readonly #operation: Operation
  readonly #unfit: readonly Upstream[]
  readonly #unfitFor: readonly string[]
  readonly #tried: string[] = []
  readonly #triedInstead: { readonly model: string; readonly credentialId: string }[] = []
  readonly #refreshed: string[] = []
  /** How often each upstream failed. Null in most journeys, since none fails. */
  #outages: Map<Upstream, number> | null = null
  readonly #failures: Failure[] = []
  #slips = 0
  readonly #gap = new QuotaGap()
  #last: { readonly failed: Failed; readonly credentialId: string } | null = null
  #attempts = 0
  #wording = FIRST_WORDING
  #again: string | null = null

  constructor(
    model: string,
    session: string | null,
    operation: Operation = 'generate',
    { upstreams = [], of = [] }: Unfit = {},
  ) {
    this.model = model
    this.#session = session
    this.#operation = operation
    this.#unfit = upstreams
    this.#unfitFor = of
  }

  /** Attempts made so far. */
  get attempts(): number {
    return this.#attempts
  }

  began(): void {
    this.#attempts++
  }

  /** Whether the model has slipped before, so that the next attempt repeats one. */
  get hasSlipped(): boolean {
    return this.#slips > 0
  }

  get lastCredential(): string | null {
    return this.#last?.credentialId ?? null
  }

  /** How the next attempt words the request. */
  get wording(): Wording {
    return this.#wording
  }

  /** What the next lease is asked for. */
  request(): Omit<LeaseRequest, keyof Errand> {
    const asked = {
      model: this.model,
      operation: this.#operation,
      tried: this.#tried,
      triedInstead: this.#triedInstead,
      avoid: this.#outages === null ? this.#unfit : [...this.#unfit, ...outIn(this.#outages)],
      session: this.#session,
    }
    return this.#again === null ? asked : { ...asked, again: this.#again }
  }

  /**
   * The verdict in the light of the attempts before.
   * If a fresh token is refused too, the token is not at fault. The credential is blamed, but only for a while, since
   * an outage of Google's looks the same.
   * If a plain request fails as another one did with this credential, the credential is at fault and not the request.
   */
  verdictOn(lease: Lease, { verdict }: Failed, isPlain: () => boolean): Verdict {
    const { credentialId, suspected } = lease
    if (verdict.kind === 'token_rejected' && this.#refreshed.includes(credentialId)) {
      return { kind: 'credential_fault', reason: 'token_rejected', scope: 'model' }
    }
    const { suspicion } = { suspicion: undefined, ...verdict }
    if (suspicion !== undefined && suspicion === suspected && isPlain()) {
      return { kind: 'credential_fault', reason: suspicion, scope: 'model' }
    }
    return verdict
  }

  /** Records a failure; true if another attempt makes sense. */
  goesOnAfter(lease: Lease, failed: Failed): boolean {
    const { credentialId, access } = lease
    this.#last = { failed, credentialId }
    this.#failures.push(failureOf(failed.verdict, failed.error, lease))
    this.#again = null
    this.#gap.met(failed)
    switch (AFTER[failed.verdict.kind]) {
      case 'end':
        return false
      case 'reword':
        return this.#rewords(credentialId, failed.verdict)
      case 'refresh':
        this.#refreshed.push(credentialId)
        return true
      case 'next':
        this.#markTried(lease)
        return true
      case 'next_upstream':
        if (isSlip(failed.verdict)) return this.#asksAgain(lease, failed.verdict.reason)
        this.#markTried(lease)
        this.#outages ??= new Map()
        this.#outages.set(access.upstream, this.#outagesAfter(access.upstream, failed.verdict))
        return true
    }
  }

  #asksAgain(lease: Lease, slip: UpstreamFault): boolean {
    this.#again = lease.credentialId
    this.#wording = afterSlip(this.#wording, slip, lease)
    return ++this.#slips < ASKED_WITH_SLIPS
  }

  #rewords(credentialId: string, verdict: Verdict): boolean {
    if (verdict.kind !== 'client_fault') return false
    const other = reworded(this.#wording, verdict.reason)
    if (other === null) return false
    this.#wording = other
    this.#again = credentialId
    return true
  }

  #markTried({ credentialId, model, insteadOf }: Lease): void {
    if (insteadOf === null) this.#tried.push(credentialId)
    else this.#triedInstead.push({ model, credentialId })
  }

  #outagesAfter(upstream: Upstream, verdict: Verdict): number {
    const isPlace = verdict.kind === 'upstream_fault' && verdict.reason === 'location'
    // The Worker calls from the same place with every credential, so none of this upstream is tried any more.
    return isPlace ? OUTAGE_AFTER : (this.#outages?.get(upstream) ?? 0) + 1
  }

  /** How many of the `allowedMs` for quota are left. */
  quotaPatienceMs(allowedMs: number): number {
    return this.#gap.patienceMs(allowedMs)
  }

  /** How long to wait before all are tried again; null if that is no use, or exceeds `allowedMs`. */
  gapMs(allowedMs: number): number | null {
    return this.#attempts === 0 ? null : this.#gap.ms(allowedMs)
  }

  /** Records a wait for the ring's quota. After it, all credentials are worth another try. */
  waited(ms: number): void {
    this.#gap.waited(ms)
    if (this.#gap.isOutOnly) this.#outages = null
    this.#tried.length = 0
    this.#triedInstead.length = 0
  }

  /** Milliseconds to wait before the next attempt; randomised, so that requests do not come back together. */
  waitMs(): number {
    const verdict = this.#last?.failed.verdict
    const isCapacity = verdict?.kind === 'upstream_fault' && verdict.reason === 'capacity'
    return isCapacity ? CAPACITY_WAIT_MS * (0.5 + Math.random()) : 0
  }

  /**
   * What the client is told when nothing is left to try: the failure that ended the request, or else the one of all
   * failures that is most likely to pass by itself.
   */
  failure(): Failure {
    const last = this.#failures.at(-1)
    if (last === undefined) {
      if (this.#unfit.length > 0) return noReader(this.#unfitFor)
      throw new Error('A lease was refused as tried before anything was.')
    }
    const way = this.#last === null ? null : AFTER[this.#last.failed.verdict.kind]
    if (way === 'end' || way === 'reword') return last
    return this.#failures.reduce((best, other) => (rankOf(other) >= rankOf(best) ? other : best))
  }
}

/** Upstreams that cannot serve a request at all, and the fields that they do not accept. */
export interface Unfit {
  readonly upstreams?: readonly Upstream[] | undefined
  readonly of?: readonly string[] | undefined
}

function noReader(of: readonly string[]): Failure {
  const [param] = of
  if (param === undefined) return NO_READER
  return {
    reason: 'files_out_of_reach',
    message: `No credential of this API key leads where this is taken: ${of.join(', ')}. Leave it out, or ask the admin of this gateway for a credential of another kind.`,
    param,
  }
}

const NO_READER: Failure = {
  reason: 'files_out_of_reach',
  message:
    'No credential of this API key can read the files that the request names: gs:// URIs are for Vertex AI, files of the Files API for the Gemini API, YouTube for both. Send the files themselves.',
}

function outIn(outages: ReadonlyMap<Upstream, number>): Upstream[] {
  return [...outages]
    .filter(([, failures]) => failures >= OUTAGE_AFTER)
    .map(([upstream]) => upstream)
}

function isSlip(verdict: Verdict): verdict is Extract<Verdict, { kind: 'upstream_fault' }> {
  return verdict.kind === 'upstream_fault' && SLIPS.includes(verdict.reason)
}

/**
 * When attempts failed for different reasons, the client is told the one most likely to pass soon: the last in this
 * list.
 */
const LIKELIEST_TO_PASS_LAST: readonly FailureReason[] = [
  'credentials_unusable',
  'model_not_found',
  'region_not_supported',
  'rate_limited',
  'upstream_error',
  'upstream_truncated',
  'upstream_timeout',
  'upstream_overloaded',
]

function rankOf({ reason }: Failure): number {
  return LIKELIEST_TO_PASS_LAST.indexOf(reason)
}
