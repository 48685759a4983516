import type { Upstream } from '../../gemini/upstreams.ts'
import type { RequestCounts } from '../ledger/counters.ts'
import type { Condition } from './conditions.ts'
import type { Usage } from '../ledger/usage.ts'

/** All that a user ever used of one upstream's model, over all credentials. */
export interface PushRow {
  readonly upstream: Upstream
  readonly model: string
  readonly usage: Usage
}

/** How many credentials of an upstream are in which state. */
export interface RingCounts {
  readonly upstream: Upstream
  readonly ready: number
  readonly cooling: number
  readonly paused: number
  readonly quarantined: number
}

/** A user's state, for lists. Times are epoch milliseconds. */
export interface UserSummary {
  readonly createdAt: number
  readonly label: string | null
  readonly disabled: boolean
  readonly expiresAt: number | null
  /** The last characters of the current key; null if an admin chose it. */
  readonly keyHint: string | null
  readonly plan: string | null
  readonly rings: readonly RingCounts[]
  /** When the first credential that cools down serves again; null if none does. */
  readonly nextRecovery: number | null
  /** Whether there is a model that no credential of the ring can serve now. */
  readonly isOut: boolean
  readonly lastUsedAt: number | null
  readonly today: {
    /** The day (UTC) of these numbers, in epoch milliseconds. */
    readonly start: number
    readonly requests: number
    readonly tokens: number
    readonly costNano: number
    readonly unpriced: number
  }
  /** Whether granted = settled + open. */
  readonly ledgerHolds: boolean
  /** What an operator should know of; absent in reports of an earlier version. */
  readonly conditions?: readonly Condition[]
}

/**
 * What a user's object reports to the totals object. All counts are absolute, so that reporting twice counts nothing
 * twice.
 */
export interface Push {
  readonly user: string
  /** The id of the user's storage. For another one, counting starts from zero. */
  readonly life: string
  /** Grows with each change. */
  readonly version: number
  readonly isDeleted: boolean
  readonly rows: readonly PushRow[]
  readonly requests: RequestCounts
  readonly tallies: Readonly<Record<string, number>>
  readonly summary: UserSummary
}
