/**
 * Some clients send a conversation again and again although it was refused as too long, each time all of it. After a few such
 * refusals the like of it is refused here, for longer and longer. Kept by the isolate: what it forgets costs one more refusal.
 */

/** So many in a row are nobody's fault: several agents may work with one key. */
const FREE = 3
const FIRST_WAIT_MS = 2000
const LONGEST_WAIT_MS = 60_000
/** After so long without one all is forgotten. */
const FORGOTTEN_MS = 5 * 60_000
/** What is shorter than this part of what was refused has been shortened, and may pass. */
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

/** How long a request of so many tokens has to wait, in milliseconds; null where it may be made. */
export function waitAfterRefusals(userId: string, tokens: number, now: number): number | null {
  const last = refused.get(userId)
  if (last === undefined || last.times <= FREE || tokens < last.tokens * LIKE) return null
  const wait = Math.min(FIRST_WAIT_MS * 2 ** (last.times - FREE - 1), LONGEST_WAIT_MS)
  const left = last.at + wait - now
  return left > 0 ? left : null
}
