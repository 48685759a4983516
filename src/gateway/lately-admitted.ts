import { MINUTE_MS } from '../json/time.ts'
import type { KeyHolder } from './authenticate.ts'

const LATELY_MS = MINUTE_MS
/** How many keys an isolate remembers. */
const MAX_KEYS = 10_000

/** When their object took them, by user and key, in epoch milliseconds; kept beside the isolate's `env`. */
const admittedTo = new WeakMap<object, Map<string, number>>()

/**
 * Whether the user's object has taken this key within the last minute. That is enough to read a large body of theirs, and
 * for nothing else: the lease says whether the key is still good.
 */
export function isLatelyAdmitted(env: Env, holder: KeyHolder, now: number): boolean {
  const at = admittedTo.get(env)?.get(keyOf(holder))
  return at !== undefined && now - at < LATELY_MS
}

export function rememberAdmitted(env: Env, holder: KeyHolder, now: number): void {
  const admitted = admittedTo.get(env) ?? new Map<string, number>()
  if (admitted.size >= MAX_KEYS) admitted.clear()
  admitted.set(keyOf(holder), now)
  admittedTo.set(env, admitted)
}

function keyOf({ userId, keyDigest }: KeyHolder): string {
  return `${userId} ${keyDigest}`
}
