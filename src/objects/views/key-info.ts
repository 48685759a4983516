import { toUsd } from '../../json/money.ts'
import { isoOrNull } from '../../json/time.ts'
import type { KeyInfo } from '../../wire/key-info.ts'
import { describeKey, describeLimits } from './description.ts'
import { type Standing, standingOf } from '../ring/standing.ts'
import { type UserState, useOf } from '../state.ts'

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
      cost_usd: toUsd(state.ledger.costNano()),
    },
    ring: { credentials: credentials.length, serving: serving.length },
  }
}
