import { sha256Hex } from '../../bytes/sha256.ts'

const MAX_CHARS = 512

/**
 * A conversation as the ring knows it: users may have theirs kept to one credential. A hash, so that the client's own word goes no
 * further. Null where it has none.
 */
export function hashOf(name: string | null): Promise<string> | null {
  return name === null ? null : hashed(name)
}

async function hashed(name: string): Promise<string> {
  return (await sha256Hex(name.slice(0, MAX_CHARS))).slice(0, 32)
}
