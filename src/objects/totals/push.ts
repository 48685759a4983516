import type { Upstream } from '../../gemini/upstreams.ts'
import type { RequestCounts } from '../ledger/counters.ts'
import type { Condition } from './conditions.ts'
import type { Usage } from '../ledger/usage.ts'

/** Use of all that a user ever used of one upstream's model, whichever credentials it was. */
export interface PushRow {
  readonly upstream: Upstream
  readonly model: string
  readonly usage: Usage
}

/** How many credentials of an upstream are how. */
export interface RingCounts {
  readonly upstream: Upstream
  readonly ready: number
  readonly cooling: number
  readonly paused: number
  readonly quarantined: number
}

/** How a user stands, for lists. Times are epoch milliseconds. */
export interface UserSummary {
  readonly createdAt: number
  readonly label: string | null
  readonly disabled: boolean
  readonly expiresAt: number | null
  /** The last characters of the current key; null: an admin chose it. */
  readonly keyHint: string | null
  readonly plan: string | null
  readonly rings: readonly RingCounts[]
  /** When the first of those that cool serves again; null where none cools. */
  readonly nextRecovery: number | null
  /** Whether there is a model that no credential of the ring serves now. */
  readonly isOut: boolean
  readonly lastUsedAt: number | null
  readonly today: {
    /** Epoch milliseconds: the day (UTC) that it is of. */
    readonly start: number
    readonly requests: number
    readonly tokens: number
    readonly costNano: number
    readonly unpriced: number
  }
  /** Whether granted = settled + open. */
  readonly ledgerHolds: boolean
  /** What an operator should know of; absent where an earlier version told. */
  readonly conditions?: readonly Condition[]
}

/** What a user's object tells the totals object. All counts are absolute, so that telling it twice counts nothing twice. */
export interface Push {
  readonly user: string
  /** Of the user's storage: counts of another one begin anew. */
  readonly life: string
  /** Grows with each change. */
  readonly version: number
  readonly isDeleted: boolean
  readonly rows: readonly PushRow[]
  readonly requests: RequestCounts
  readonly tallies: Readonly<Record<string, number>>
  readonly summary: UserSummary
}
