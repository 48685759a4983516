import { DIRECTORY_NAME } from '../objects/directory.ts'
import type { KeyHolder } from './authenticate.ts'

/** Of a minted key the tag says that its user was made here; of one that an admin chose, the directory knows. */
const MAX_KNOWN = 10_000

// Users of chosen keys, kept beside the isolate's `env`. Only those there are: strangers push nobody out. Whether a key is
// still good is for the user's object to say, so none of them ever gets stale.
const knownTo = new WeakMap<object, Set<string>>()

/**
 * Whether this key may be a user's, told without waking an object of its own: each object that is woken is a file on a local
 * workerd, and strangers' keys would make known users wait for the disk. Null: the directory has to be asked.
 */
export function isKnown(env: Env, { userId, keyDigest }: KeyHolder): true | null {
  return userId !== keyDigest || knownTo.get(env)?.has(userId) === true ? true : null
}

/** The same, where the directory may be asked. */
export async function isUsers(env: Env, holder: KeyHolder): Promise<boolean> {
  if (isKnown(env, holder) !== null) return true
  const { userId } = holder
  try {
    if (!(await env.DIRECTORY.getByName(DIRECTORY_NAME).has(userId))) return false
  } catch {
    return true // the directory is beside itself, perhaps for all the strangers: the user's own object knows too
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
