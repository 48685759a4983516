import { DIRECTORY_NAME } from '../objects/directory.ts'
import type { KeyHolder } from './authenticate.ts'

/** How many users with a chosen key an isolate remembers. */
const MAX_KNOWN = 10_000

// Users with a chosen key, kept beside the isolate's `env`. Only users who exist are kept, so strangers' keys push nobody out.
// No entry gets stale: whether the key is still valid, the user's object says.
const knownTo = new WeakMap<object, Set<string>>()

/**
 * Whether this key may be a user's, told without waking an object: each woken object is a file on a local workerd, so
 * strangers' keys would make known users wait for the disk. A minted key needs no look-up, since its tag proves that its user
 * was made here. Null: only the directory can tell.
 */
export function isKnown(env: Env, { userId, keyDigest }: KeyHolder): true | null {
  return userId !== keyDigest || knownTo.get(env)?.has(userId) === true ? true : null
}

/** The same, but the directory may be asked. */
export async function isUsers(env: Env, holder: KeyHolder): Promise<boolean> {
  if (isKnown(env, holder) !== null) return true
  const { userId } = holder
  try {
    if (!(await env.DIRECTORY.getByName(DIRECTORY_NAME).has(userId))) return false
  } catch {
    return true // the directory fails, perhaps under strangers' keys; the user's own object decides
  }
  remember(env, userId)
  return true
}

function remember(env: Env, userId: string): void {
  const known = knownTo.get(env) ?? new Set<string>()
  if (known.size >= MAX_KNOWN) known.clear()
  known.add(userId)
  knownTo.set(env, known)
}
