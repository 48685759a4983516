import { joined } from './joined.ts'

/**
 * Bytes sealed with AES-256-GCM, by a key that the vault seals (objects/secrets/vault.ts). The binding says where they
 * belong, such as the user and the row, and they open nowhere else.
 */
type Binding = readonly string[]

/** NIST SP 800-38D: 96 bits, random each time. */
const IV_BYTES = 12
const KEY_BYTES = 32

export function newRawKey(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(KEY_BYTES))
}

/** `raw`: 32 bytes. */
export function sealingKey(raw: Uint8Array): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt'])
}

/** The sealed bytes as `iv ‖ ciphertext`. */
export async function seal(
  plain: Uint8Array,
  key: CryptoKey,
  binding: Binding,
): Promise<Uint8Array> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES))
  const algorithm = { name: 'AES-GCM', iv, additionalData: dataOf(binding) }
  const ciphertext = await crypto.subtle.encrypt(algorithm, key, plain)
  return joined([iv, new Uint8Array(ciphertext)])
}

/** Rejects if the bytes were sealed with another key or binding, or were changed. */
export async function open(
  bytes: Uint8Array,
  key: CryptoKey,
  binding: Binding,
): Promise<Uint8Array> {
  const iv = bytes.subarray(0, IV_BYTES)
  const algorithm = { name: 'AES-GCM', iv, additionalData: dataOf(binding) }
  return new Uint8Array(await crypto.subtle.decrypt(algorithm, key, bytes.subarray(IV_BYTES)))
}

function dataOf(binding: Binding): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(['pollux', 'v1', ...binding]))
}
