/** What `GET /v1/key` tells the holder of a key. */
import type { LimitsWire } from './plans.ts'
import type { KeyDescription } from './user.ts'

/**
 * What the holder of a key may know of it, in the wire's own names. Contains no secret, no project and no id of
 * Google's.
 */
export interface KeyInfo {
  readonly user: string
  /** The key that asks. It has an end if another has replaced it. */
  readonly key: KeyDescription
  readonly label: string | null
  readonly expires_at: string | null
  readonly models: readonly string[] | null
  readonly aliases: Readonly<Record<string, string>>
  readonly fallbacks: Readonly<Record<string, readonly string[]>>
  readonly limits: LimitsWire
  readonly use: {
    readonly open_requests: number
    readonly minute: { readonly requests: number; readonly tokens: number }
    readonly day: { readonly requests: number; readonly tokens: number }
    readonly total_tokens: number
    /** The known cost of everything so far. */
    readonly cost_usd: number
  }
  /** How many credentials there are, and how many serve at least one model now. */
  readonly ring: { readonly credentials: number; readonly serving: number }
}
