import { iso } from '../../json/time.ts'
import { OUTCOMES, type Outcome } from '../../upstreams/verdict.ts'
import type { Bucket } from '../ring/buckets.ts'
import { type AttemptCounts, noCounts, type RequestCounts } from '../ledger/counters.ts'
import type { Credential } from '../ring/credential.ts'
import type { ModelFault } from '../ring/model-faults.ts'
import { type RollupStats, rollupStats } from './rollup-stats.ts'
import { VERSION } from '../../version.ts'
import { principalOf } from '../ring/standing.ts'
import { terminalSum } from '../ledger/ledger.ts'
import type { UserState } from '../state.ts'
import type { Mode } from '../config/user-settings.ts'

/** `/debug/stats` of one user, in the wire's own names. Times are ISO 8601. No secret, key or prompt is ever part of it. */
export interface Stats {
  readonly status: 'ok'
  /** The gateway's clock: what countdowns are to be counted by. */
  readonly now: string
  readonly version: string
  readonly user: string
  readonly created_at: string
  /** The seed's counters: requests in all, and attempts by credential id. */
  readonly total_requests: number
  readonly requests_per_credential: Readonly<Record<string, number>>
  readonly requests: RequestStats
  readonly ring: {
    readonly mode: Mode
    readonly pin: { readonly credential: string; readonly until: string } | null
    readonly cursor: string | null
    readonly rotations: number
    readonly credentials: readonly CredentialStats[]
  }
  readonly ledger: Invariant
  readonly usage: RollupStats
  readonly open_leases: readonly OpenLeaseStats[]
}

export interface RequestStats extends RequestCounts {
  readonly total: number
  readonly open: number
}

/** granted = Σ terminal + open; both sides are counted apart. */
export interface Invariant {
  readonly granted: number
  readonly settled: number
  readonly open: number
  readonly holds: boolean
}

export interface CredentialStats {
  readonly id: string
  readonly position: number
  readonly type: Credential['type']
  readonly upstream: Credential['upstream']
  readonly label: string | null
  readonly state: 'active' | 'quarantined' | 'paused'
  readonly paused_until: string | null
  readonly priority: number
  /** The models that it is kept for; null: all. */
  readonly allowed_models: readonly string[] | null
  readonly quarantine_reason: string | null
  /** A page of Google's where the owner can end that; shown to nobody else. */
  readonly quarantine_link: string | null
  readonly last_error: string | null
  readonly last_error_at: string | null
  readonly last_used_at: string | null
  readonly attempts: AttemptStats
  readonly tokens: TokenStats
  readonly cost: CostStats
  readonly models: Readonly<
    Record<string, AttemptStats & { readonly tokens: TokenStats; readonly cost: CostStats }>
  >
  readonly cooldowns: readonly CooldownStats[]
}

export interface AttemptStats extends Record<Outcome, number> {
  readonly granted: number
  readonly open: number
}

/** By Google's list, or an admin's prices, at the day of each attempt. */
export interface CostStats {
  readonly usd: number
  /** Attempts whose cost is not known, and not in `usd`. */
  readonly unpriced: number
}

export interface TokenStats {
  readonly prompt: number
  readonly cached: number
  readonly output: number
  readonly reasoning: number
  readonly tool_use: number
}

/** A quota bucket that is closed, or a model that the credential may not use; with the deadline and what it was concluded from. */
export interface CooldownStats {
  readonly model: string
  readonly cause: 'quota' | ModelFault['cause']
  readonly until: string
  /** Other credentials of the ring that Google counts against the same quota. */
  readonly shared_with: readonly string[]
  readonly dimension: Bucket['dimension'] | null
  readonly evidence: Bucket['evidence'] | null
  /** When the belief may be tested with a real request. */
  readonly retest_at: string | null
}

export interface OpenLeaseStats {
  readonly credential: string
  readonly model: string
  readonly granted_at: string
  readonly deadline: string
}

/** Pure, but for reading `state`. */
export function buildStats(userId: string, state: UserState, now: number): Stats {
  const { profile, ledger } = state
  const [requests, attempts, openLeases] = [
    ledger.requests(),
    ledger.attempts(),
    ledger.openLeases(),
  ]
  const credentials = state.credentials.all()
  const ended = Object.values(requests).reduce((sum, count) => sum + count, 0)
  const granted = attempts.reduce((sum, counts) => sum + counts.granted, 0)
  const settled = attempts.reduce((sum, counts) => sum + terminalSum(counts), 0)
  // Counters outlive their credential: the ledger adds up over all that ever were in the ring.
  const ids = new Set([
    ...credentials.map(({ id }) => id),
    ...attempts.map(({ credentialId }) => credentialId),
  ])
  return {
    status: 'ok',
    now: iso(now),
    version: VERSION,
    user: userId,
    created_at: iso(profile.createdAt),
    // A request holds one lease at a time, so open leases are open requests.
    total_requests: ended + openLeases.length,
    requests_per_credential: Object.fromEntries(
      [...ids].map((id) => [id, total(id, attempts).granted]),
    ),
    requests: { total: ended + openLeases.length, open: openLeases.length, ...requests },
    ring: {
      mode: profile.settings.mode,
      pin: pinOf(state, now),
      cursor: profile.cursor,
      rotations: profile.rotations,
      credentials: credentials.map((credential) => credentialStats(credential, state, now)),
    },
    ledger: {
      granted,
      settled,
      open: openLeases.length,
      holds: granted === settled + openLeases.length,
    },
    usage: rollupStats(ledger.rollups, now),
    open_leases: openLeases.map((lease) => ({
      credential: lease.credentialId,
      model: lease.model,
      granted_at: iso(lease.grantedAt),
      deadline: iso(lease.deadline),
    })),
  }
}

function credentialStats(credential: Credential, state: UserState, now: number): CredentialStats {
  const { ledger } = state
  const own = ledger.attempts().filter((counts) => counts.credentialId === credential.id)
  const sum = total(credential.id, own)
  const openOf = (model?: string): number =>
    ledger
      .openLeases()
      .filter(
        (lease) =>
          lease.credentialId === credential.id &&
          (model === undefined || lease.countedAs === model),
      ).length
  return {
    id: credential.id,
    position: credential.position,
    type: credential.type,
    upstream: credential.upstream,
    label: credential.label,
    state: stateOf(credential, now),
    paused_until: isPaused(credential, now) ? iso(credential.pausedUntil ?? 0) : null,
    priority: credential.priority,
    allowed_models: credential.models,
    quarantine_reason: credential.quarantine,
    quarantine_link: credential.quarantineLink,
    last_error: credential.lastError,
    last_error_at: credential.lastErrorAt === null ? null : iso(credential.lastErrorAt),
    last_used_at: sum.lastUsedAt === 0 ? null : iso(sum.lastUsedAt),
    attempts: attemptStats(sum, openOf()),
    tokens: tokenStats(sum),
    cost: costStats(sum),
    models: Object.fromEntries(
      own.map((counts) => [
        counts.model,
        {
          ...attemptStats(counts, openOf(counts.model)),
          tokens: tokenStats(counts),
          cost: costStats(counts),
        },
      ]),
    ),
    cooldowns: cooldownStats(credential, state, now),
  }
}

function stateOf(credential: Credential, now: number): CredentialStats['state'] {
  if (credential.quarantine !== null) return 'quarantined'
  return isPaused(credential, now) ? 'paused' : 'active'
}

function isPaused({ pausedUntil }: Credential, now: number): boolean {
  return pausedUntil !== null && pausedUntil > now
}

function pinOf({ profile }: UserState, now: number): Stats['ring']['pin'] {
  const { pin } = profile.settings
  const holds = pin !== null && pin.until > now
  return holds ? { credential: pin.credentialId, until: iso(pin.until) } : null
}

function cooldownStats(credential: Credential, state: UserState, now: number): CooldownStats[] {
  const principal = principalOf(credential)
  const others = state.credentials
    .all()
    .filter((other) => other.id !== credential.id && principalOf(other) === principal)
    .map((other) => other.id)
  const closed = state.buckets
    .all()
    .filter((bucket) => bucket.principal === principal && bucket.until > now)
    .map((bucket) => ({
      model: bucket.model,
      cause: 'quota' as const,
      until: iso(bucket.until),
      shared_with: others,
      dimension: bucket.dimension,
      evidence: bucket.evidence,
      retest_at: bucket.retestAt === null ? null : iso(bucket.retestAt),
    }))
  const faults = state.faults
    .all()
    .filter((fault) => fault.credentialId === credential.id && fault.until > now)
    .map(({ model, cause, until }) => ({
      model,
      cause,
      until: iso(until),
      shared_with: [],
      dimension: null,
      evidence: null,
      retest_at: null,
    }))
  return [...closed, ...faults]
}

function total(credentialId: string, attempts: readonly AttemptCounts[]): AttemptCounts {
  const sum = noCounts(credentialId, '*')
  for (const counts of attempts) {
    if (counts.credentialId !== credentialId) continue
    sum.granted += counts.granted
    for (const outcome of OUTCOMES) sum[outcome] += counts[outcome]
    sum.promptTokens += counts.promptTokens
    sum.cachedTokens += counts.cachedTokens
    sum.outputTokens += counts.outputTokens
    sum.reasoningTokens += counts.reasoningTokens
    sum.toolUseTokens += counts.toolUseTokens
    sum.costNano += counts.costNano
    sum.unpriced += counts.unpriced
    sum.lastUsedAt = Math.max(sum.lastUsedAt, counts.lastUsedAt)
  }
  return sum
}

function attemptStats(counts: AttemptCounts, open: number): AttemptStats {
  const { granted, ok, client_fault, credential_fault, quota, upstream_fault, cancelled, lost } =
    counts
  const terminal = { ok, client_fault, credential_fault, quota, upstream_fault, cancelled, lost }
  return { granted, open, ...terminal }
}

function costStats({ costNano, unpriced }: AttemptCounts): CostStats {
  return { usd: costNano / 1e9, unpriced }
}

function tokenStats(counts: AttemptCounts): TokenStats {
  return {
    prompt: counts.promptTokens,
    cached: counts.cachedTokens,
    output: counts.outputTokens,
    reasoning: counts.reasoningTokens,
    tool_use: counts.toolUseTokens,
  }
}
