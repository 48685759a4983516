import { toUsd } from '../../json/money.ts'
import { iso } from '../../json/time.ts'
import { OUTCOMES } from '../../upstreams/verdict.ts'
import type {
  AttemptStats,
  CooldownStats,
  CostStats,
  CredentialStats,
  Stats,
  TokenStats,
} from '../../wire/stats.ts'
import { type AttemptCounts, noCounts } from '../ledger/counters.ts'
import type { Credential } from '../ring/credential.ts'
import { rollupStats } from './rollup-stats.ts'
import { VERSION } from '../../version.ts'
import { principalOf } from '../ring/standing.ts'
import { terminalSum } from '../ledger/usage.ts'
import type { UserState } from '../state.ts'

/** Pure, except that it reads `state`. */
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
  // Counters outlive their credential: the ledger includes every credential that ever was in the ring.
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
    cost: {
      usd: toUsd(ledger.costNano()),
      unpriced: attempts.reduce((sum, { unpriced }) => sum + unpriced, 0),
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
  return { usd: toUsd(costNano), unpriced }
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
