const MAX_CHARS = 512

/**
 * A conversation as the ring knows it: users may have theirs kept to one credential. A hash, so that the client's own word goes no
 * further. Null where it has none.
 */
export function hashOf(name: string | null): Promise<string> | null {
  return name === null ? null : hashed(name)
}

async function hashed(name: string): Promise<string> {
  const bytes = new TextEncoder().encode(name.slice(0, MAX_CHARS))
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)).toHex().slice(0, 32)
}
