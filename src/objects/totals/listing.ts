import { iso, isoOrNull } from '../../json/time.ts'
import type { UserLine, UserSort } from '../../wire/users.ts'
import { startOf } from '../ledger/spans.ts'
import type { Card } from '../directory/cards.ts'
import type { UserSummary } from './push.ts'

export interface ListQuery {
  /** Part of a label or the beginning of an id, whatever its case; null: all. */
  readonly q: string | null
  readonly sort: UserSort
  /** The id after which a list by ids goes on. */
  readonly after: string | null
  /** How many of a list in another order are skipped. */
  readonly offset: number
  readonly limit: number
}

export interface Listed {
  readonly users: readonly UserLine[]
  readonly total: number
}

/** Whom the list shows, as they were last heard of. Pure, but for reading the tables. */
export function listOf(sql: SqlStorage, query: ListQuery, now: number): Listed {
  const found = matching(sql, query.q)
  const sorted = query.sort === 'id' ? found : found.toSorted(ORDERS[query.sort])
  const from =
    query.after === null ? sorted : sorted.filter(({ user }) => user > (query.after ?? ''))
  const page = from.slice(query.offset, query.offset + query.limit)
  return { users: page.map((person) => lineOf(person, now)), total: found.length }
}

interface Person {
  readonly user: string
  readonly createdAt: number
  readonly card: Card | null
  readonly at: number | null
  readonly summary: UserSummary | null
}

function matching(sql: SqlStorage, q: string | null): readonly Person[] {
  const rows = sql.exec<PersonRow>(
    `SELECT people.user_id, created_at, card, at, summary FROM people LEFT JOIN told USING (user_id)
     WHERE ? IS NULL OR instr(lower(COALESCE(label, summary ->> '$.label', '')), lower(?)) > 0
       OR substr(user_id, 1, length(?)) = lower(?)
     ORDER BY user_id`,
    q,
    q,
    q,
    q,
  )
  return Array.from(rows, (row) => ({
    user: row.user_id,
    createdAt: row.created_at,
    card: row.card === null ? null : (JSON.parse(row.card) as Card),
    at: row.at,
    summary: row.summary === null ? null : (JSON.parse(row.summary) as UserSummary),
  }))
}

type PersonRow = {
  user_id: string
  created_at: number
  card: string | null
  at: number | null
  summary: string | null
}

const most = (of: (person: Person) => number) => (a: Person, b: Person) => of(b) - of(a)

const ORDERS: Readonly<Record<Exclude<UserSort, 'id'>, (a: Person, b: Person) => number>> = {
  label: (a, b) => (nameOf(a) < nameOf(b) ? -1 : 1),
  created: most(({ createdAt }) => createdAt),
  last_used: most(({ summary }) => summary?.lastUsedAt ?? 0),
  requests: most(({ summary }) => summary?.today.requests ?? 0),
  tokens: most(({ summary }) => summary?.today.tokens ?? 0),
  cost: most(({ summary }) => summary?.today.costNano ?? 0),
  trouble: (a, b) => troubleOf(b) - troubleOf(a) || usedBy(b) - usedBy(a),
}

/** Those without a name come last. */
function nameOf({ card, summary }: Person): string {
  return (card?.label ?? summary?.label ?? '\uffff').toLowerCase()
}

function usedBy({ summary }: Person): number {
  return summary?.today.requests ?? 0
}

/** A ring that serves nothing weighs more than any number of credentials that are out. */
function troubleOf({ summary }: Person): number {
  if (summary === null) return 0
  const out = summary.rings.reduce((sum, ring) => sum + 2 * ring.quarantined + ring.cooling, 0)
  return (summary.isOut ? 1e6 : 0) + (summary.ledgerHolds ? 0 : 1e7) + out
}

function lineOf({ user, createdAt, card, at, summary }: Person, now: number): UserLine {
  const { label, disabled, expiresAt, keyHint, plan } = card ?? summary ?? NO_CARD
  const isExpired = expiresAt !== null && expiresAt <= now
  const today = summary?.today.start === startOf('day', now) ? summary.today : NOTHING
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
    out: summary?.isOut ?? false,
    next_recovery: isoOrNull(summary?.nextRecovery ?? null),
    last_used_at: isoOrNull(summary?.lastUsedAt ?? null),
    today: {
      requests: today.requests,
      tokens: today.tokens,
      cost_usd: today.costNano / 1e9,
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
