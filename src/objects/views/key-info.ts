import { isoOrNull } from '../../json/time.ts'
import {
  describeKey,
  describeLimits,
  type KeyDescription,
  type LimitsDescription,
} from './description.ts'
import { type Standing, standingOf } from '../ring/standing.ts'
import { type UserState, useOf } from '../state.ts'

/** What the holder of a key may know of it, in the wire's own names; no secret, no project, no id of Google's. */
export interface KeyInfo {
  readonly user: string
  /** The key that asks. It has an end if another has replaced it. */
  readonly key: KeyDescription
  readonly label: string | null
  readonly expires_at: string | null
  readonly models: readonly string[] | null
  readonly aliases: Readonly<Record<string, string>>
  readonly fallbacks: Readonly<Record<string, readonly string[]>>
  readonly limits: LimitsDescription
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

/** Pure, except that it reads `state`. */
export function keyInfo(
  userId: string,
  state: UserState,
  keyDigest: string,
  now: number,
): KeyInfo | null {
  const key = state.keys.find(keyDigest, now)
  if (key === undefined) return null
  const { label, expiresAt, models, aliases, fallbacks, limits } = state.profile.settings
  const use = useOf(state, now)
  const credentials = state.credentials.all()
  const OUT: readonly Standing['kind'][] = ['quarantined', 'paused']
  const serving = credentials.filter(
    (credential) => !OUT.includes(standingOf(credential, '', state, now).kind),
  )
  return {
    user: userId,
    key: describeKey(key, state.profile.createdAt),
    label,
    expires_at: isoOrNull(expiresAt),
    models,
    aliases,
    fallbacks,
    limits: describeLimits(limits),
    use: {
      open_requests: use.openRequests,
      minute: { requests: use.minuteRequests, tokens: use.minuteTokens },
      day: { requests: use.dayRequests, tokens: use.dayTokens },
      total_tokens: use.totalTokens,
      cost_usd: state.ledger.costNano() / 1e9,
    },
    ring: { credentials: credentials.length, serving: serving.length },
  }
}
