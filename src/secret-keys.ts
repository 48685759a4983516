const KEY_BYTES = 32

/**
 * The keys in a secret such as VAULT_KEY: 32 bytes each, in base64, separated by commas, the current key first. Null
 * if any is missing or malformed: a half-readable secret is a mistake that the operator should hear of.
 */
export function readSecretKeys(
  secret: string | undefined,
): readonly [Uint8Array, ...Uint8Array[]] | null {
  const keys = (secret ?? '').split(',').map(decodeKey)
  const [current, ...earlier] = keys.filter((key) => key !== null)
  return current === undefined || earlier.length + 1 < keys.length ? null : [current, ...earlier]
}

function decodeKey(text: string): Uint8Array | null {
  try {
    const bytes = Uint8Array.fromBase64(text.trim())
    return bytes.length === KEY_BYTES ? bytes : null
  } catch {
    return null // not base64: the same as no key, and the caller reports it
  }
}
