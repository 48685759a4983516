import { sha256Hex } from '../../bytes/sha256.ts'

const MAX_CHARS = 512

/**
 * A hash of the client's name for the conversation, so that the name itself goes no further. By it the ring can keep
 * a conversation to one credential. Null if there is no name.
 */
export function hashOf(name: string | null): Promise<string> | null {
  return name === null ? null : hashed(name)
}

async function hashed(name: string): Promise<string> {
  return (await sha256Hex(name.slice(0, MAX_CHARS))).slice(0, 32)
}
