import type { Upstream } from '../../gemini/upstreams.ts'
import { addUsage, noUsage, terminalSum } from '../ledger/usage.ts'
import { SPAN_MS, startOf } from '../ledger/time-spans.ts'
import { type Standing, standingOf } from '../ring/standing.ts'
import type { UserState } from '../state.ts'
import { conditionsOf } from './conditions.ts'
import type { Push, PushRow, RingCounts, UserSummary } from './push.ts'

/** Grows with each change of what `pushOf` returns. */
export function versionOf({ ledger, profile }: UserState): number {
  return ledger.version + profile.configVersion
}

/** What the totals object must know of a user, as it is on disk. Pure, except that it reads `state`. */
export function pushOf(userId: string, state: UserState, now: number): Push {
  const { ledger, profile } = state
  return {
    user: userId,
    life: profile.life,
    version: versionOf(state),
    isDeleted: profile.isDeleted,
    rows: rowsOf(state),
    requests: { ...ledger.requests() },
    tallies: { ...ledger.tallies.all() },
    summary: summaryOf(state, now),
  }
}

function rowsOf({ ledger }: UserState): PushRow[] {
  const rows = new Map<string, PushRow>()
  for (const counts of ledger.attempts()) {
    const { upstream, model } = counts
    if (upstream === '' || terminalSum(counts) === 0) continue
    const key = `${upstream} ${model}`
    const row = rows.get(key) ?? { upstream, model, usage: noUsage() }
    addUsage(row.usage, counts)
    rows.set(key, row)
  }
  return [...rows.values()]
}

export function summaryOf(state: UserState, now: number): UserSummary {
  const { ledger, profile, keys } = state
  const { label, disabled, expiresAt } = profile.settings
  const attempts = ledger.attempts()
  const lastUsedAt = attempts.reduce((last, counts) => Math.max(last, counts.lastUsedAt), 0)
  const granted = attempts.reduce((sum, counts) => sum + counts.granted, 0)
  const settled = attempts.reduce((sum, counts) => sum + terminalSum(counts), 0)
  const ledgerHolds = granted === settled + ledger.openCount()
  const { rings, nextRecovery, isOut } = ringsOf(state, now)
  return {
    createdAt: profile.createdAt,
    label,
    disabled,
    expiresAt,
    keyHint: keys.valid(now)[0]?.hint ?? null,
    plan: profile.settings.plan,
    rings,
    nextRecovery,
    isOut,
    lastUsedAt: lastUsedAt === 0 ? null : lastUsedAt,
    today: todayOf(state, now),
    ledgerHolds,
    conditions: conditionsOf(state, { isOut, ledgerHolds }, now),
  }
}

function todayOf({ ledger }: UserState, now: number): UserSummary['today'] {
  const start = startOf('day', now)
  const used = ledger.rollups.usedIn('day', now)
  const [row] = ledger.requestRollups.read('day', start, start + SPAN_MS.day)
  const requests = Object.values(row?.counts ?? {}).reduce((sum, count) => sum + count, 0)
  const tokens = used.promptTokens + used.outputTokens + used.reasoningTokens + used.toolUseTokens
  return { start, requests, tokens, costNano: used.costNano, unpriced: used.unpriced }
}

function ringsOf(state: UserState, now: number) {
  const rings = new Map<Upstream, Writable<RingCounts>>()
  const credentials = state.credentials.all()
  const closed = closedModels(state, now)
  let nextRecovery: number | null = null
  for (const credential of credentials) {
    const { upstream, quarantine, pausedUntil } = credential
    const none = { upstream, ready: 0, cooling: 0, paused: 0, quarantined: 0 }
    const counts = rings.get(upstream) ?? none
    rings.set(upstream, counts)
    if (quarantine !== null) counts.quarantined++
    else if (pausedUntil !== null && pausedUntil > now) counts.paused++
    else {
      const ends = closed.flatMap((model) => {
        const standing = standingOf(credential, model, state, now)
        return standing.kind === 'cooling' ? [standing.until] : []
      })
      if (ends.length === 0) counts.ready++
      else counts.cooling++
      for (const end of ends) nextRecovery = Math.min(nextRecovery ?? Infinity, end)
    }
  }
  const OPEN: readonly Standing['kind'][] = ['open', 'test', 'not_allowed']
  const serves = (model: string): boolean =>
    credentials.some((one) => OPEN.includes(standingOf(one, model, state, now).kind))
  // ANY_MODEL stands for all models for which no credential is out of quota.
  const isOut = credentials.length > 0 && [...closed, ANY_MODEL].some((model) => !serves(model))
  return { rings: [...rings.values()], nextRecovery, isOut }
}

const ANY_MODEL = ''

/** Models for which some credential is out of quota. */
function closedModels({ buckets }: UserState, now: number): readonly string[] {
  return [
    ...new Set(
      buckets
        .all()
        .filter(({ until }) => until > now)
        .map(({ model }) => model),
    ),
  ]
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }
