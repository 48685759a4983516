import { toUsd } from '../../json/money.ts'
import { iso, isoOrNull } from '../../json/time.ts'
import type { UserLine, UserSort } from '../../wire/users.ts'
import { startOf } from '../ledger/time-spans.ts'
import type { Card } from '../directory/people.ts'
import type { UserSummary } from './push.ts'

export interface ListQuery {
  /** Part of a label or the beginning of an id, in any case; null: all. */
  readonly q: string | null
  readonly sort: UserSort
  /** In a list by ids: the id after which it continues. */
  readonly after: string | null
  /** In a list of another order: how many users are skipped. */
  readonly offset: number
  readonly limit: number
}

export interface Listed {
  readonly users: readonly UserLine[]
  readonly total: number
}

/** The users that the list shows, as last reported. Pure. */
export function listOf(found: readonly Person[], query: ListQuery, now: number): Listed {
  const sorted = query.sort === 'id' ? found : inOrder(found, query.sort, now)
  const from =
    query.after === null ? sorted : sorted.filter(({ user }) => user > (query.after ?? ''))
  const page = from.slice(query.offset, query.offset + query.limit)
  return { users: page.map((person) => lineOf(person, now)), total: found.length }
}

export interface Person {
  readonly user: string
  readonly createdAt: number
  readonly card: Card | null
  readonly at: number | null
  readonly summary: UserSummary | null
}

/** Those whose label or id matches, in the order of their ids; everybody if `q` is null. */
export function peopleIn(sql: SqlStorage, q: string | null): readonly Person[] {
  const rows = sql.exec<PersonRow>(
    `SELECT people.user_id, created_at, card, at, summary FROM people LEFT JOIN told USING (user_id)
     ORDER BY user_id`,
  )
  const people = Array.from(rows, (row) => ({
    user: row.user_id,
    createdAt: row.created_at,
    card: row.card === null ? null : (JSON.parse(row.card) as Card),
    at: row.at,
    summary: row.summary === null ? null : (JSON.parse(row.summary) as UserSummary),
  }))
  if (q === null) return people
  const sought = folded(q)
  return people.filter(
    (person) => person.user.startsWith(sought) || folded(labelOf(person) ?? '').includes(sought),
  )
}

/** SQLite knows the cases of ASCII alone. An accent may be a letter's own or stand behind it. */
function folded(text: string): string {
  return text.normalize('NFC').toLowerCase()
}

function labelOf({ card, summary }: Person): string | null {
  return (card ?? summary)?.label ?? null
}

type PersonRow = {
  user_id: string
  created_at: number
  card: string | null
  at: number | null
  summary: string | null
}

/** In the order asked for. The weight of each user is computed only once. */
function inOrder(
  people: readonly Person[],
  sort: Exclude<UserSort, 'id'>,
  now: number,
): readonly Person[] {
  if (sort === 'label') {
    const named = people.map((person) => ({ person, name: nameOf(person) }))
    return named
      .toSorted((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0))
      .map(({ person }) => person)
  }
  const weigh = WEIGHTS[sort]
  const weighed = people.map((person) => {
    const today = todayOf(person.summary, now)
    return { person, weight: weigh(person, today, now), requests: today.requests }
  })
  return weighed
    .toSorted((one, other) => other.weight - one.weight || other.requests - one.requests)
    .map(({ person }) => person)
}

type Weigh = (person: Person, today: UserSummary['today'], now: number) => number

const WEIGHTS: Readonly<Record<Exclude<UserSort, 'id' | 'label'>, Weigh>> = {
  created: ({ createdAt }) => createdAt,
  last_used: ({ summary }) => summary?.lastUsedAt ?? 0,
  requests: (_person, { requests }) => requests,
  tokens: (_person, { tokens }) => tokens,
  cost: (_person, { costNano }) => costNano,
  trouble: ({ summary }, _today, now) => troubleOf(summary, now),
}

/** Users without a name come last. */
function nameOf(person: Person): string {
  return labelOf(person)?.toLowerCase() ?? '\uffff'
}

/** A report of another day says nothing about today. */
function todayOf(summary: UserSummary | null, now: number): UserSummary['today'] {
  const start = startOf('day', now)
  return summary?.today.start === start ? summary.today : { start, ...NOTHING }
}

/** A ring that serves nothing weighs more than any number of credentials that are out. */
function troubleOf(summary: UserSummary | null, now: number): number {
  if (summary === null) return 0
  const isOver = (summary.nextRecovery ?? Infinity) <= now
  const out = summary.rings.reduce(
    (sum, ring) => sum + 2 * ring.quarantined + (isOver ? 0 : ring.cooling),
    0,
  )
  return (isOutNow(summary, now) ? 1e6 : 0) + (summary.ledgerHolds ? 0 : 1e7) + out
}

/** A ring that nobody uses does not report when its quota comes back, but the time is known in advance. */
export function isOutNow({ isOut, nextRecovery }: UserSummary, now: number): boolean {
  return isOut && (nextRecovery ?? Infinity) > now
}

function lineOf({ user, createdAt, card, at, summary }: Person, now: number): UserLine {
  const { label, disabled, expiresAt, keyHint, plan } = card ?? summary ?? NO_CARD
  const isExpired = expiresAt !== null && expiresAt <= now
  const today = todayOf(summary, now)
  const next = summary?.nextRecovery ?? null
  return {
    user,
    created_at: iso(createdAt),
    label,
    state: disabled ? 'disabled' : isExpired ? 'expired' : 'active',
    expires_at: isoOrNull(expiresAt),
    key_hint: keyHint,
    plan,
    as_of: isoOrNull(at),
    credentials: summary === null ? null : credentialsOf(summary),
    out: summary !== null && isOutNow(summary, now),
    next_recovery: next !== null && next > now ? iso(next) : null,
    last_used_at: isoOrNull(summary?.lastUsedAt ?? null),
    today: {
      requests: today.requests,
      tokens: today.tokens,
      cost_usd: toUsd(today.costNano),
      unpriced: today.unpriced,
    },
  }
}

const NO_CARD: Card = { label: null, disabled: false, expiresAt: null, keyHint: null, plan: null }
const NOTHING = { requests: 0, tokens: 0, costNano: 0, unpriced: 0 }

function credentialsOf({ rings }: UserSummary): UserLine['credentials'] {
  const sum = { total: 0, serving: 0, cooling: 0, paused: 0, quarantined: 0 }
  for (const { ready, cooling, paused, quarantined } of rings) {
    sum.total += ready + cooling + paused + quarantined
    sum.serving += ready
    sum.cooling += cooling
    sum.paused += paused
    sum.quarantined += quarantined
  }
  return sum
}
