import { MINUTE_MS } from '../json/time.ts'

/**
 * Some clients send a conversation that was refused as too long again and again, in full each time. After a few such
 * refusals in a row, requests of about that size are refused here, each time for longer. Kept only in the isolate's
 * memory: losing it costs one more refusal.
 */

/** The first refusals in a row make nobody wait, since several agents may share one key. */
const FREE = 3
const FIRST_WAIT_MS = 2000
const LONGEST_WAIT_MS = MINUTE_MS
/** A user without a refusal for this long starts from zero. */
const FORGOTTEN_MS = 5 * MINUTE_MS
/** A request shorter than this part of the refused one has been shortened, and may pass. */
const LIKE = 0.9
const MAX_USERS = 1000

interface Refused {
  readonly times: number
  readonly tokens: number
  readonly at: number
}

const refused = new Map<string, Refused>()

/** `tokens`: about how many the request has. */
export function contextRefused(userId: string, tokens: number, now: number): void {
  const before = refused.get(userId)
  const goesOn = before !== undefined && now < before.at + FORGOTTEN_MS
  if (refused.size >= MAX_USERS) refused.clear()
  refused.set(userId, {
    times: goesOn ? before.times + 1 : 1,
    tokens: goesOn ? Math.min(before.tokens, tokens) : tokens,
    at: now,
  })
}

/** How many milliseconds a request of so many tokens must wait; null if it may be made. */
export function waitAfterRefusals(userId: string, tokens: number, now: number): number | null {
  const last = refused.get(userId)
  if (last === undefined || last.times <= FREE || tokens < last.tokens * LIKE) return null
  const wait = Math.min(FIRST_WAIT_MS * 2 ** (last.times - FREE - 1), LONGEST_WAIT_MS)
  const left = last.at + wait - now
  return left > 0 ? left : null
}
