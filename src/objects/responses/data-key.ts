import { hmacNow } from '../../bytes/digest-now.ts'
import { newRawKey, open, seal, sealingKey } from '../../bytes/sealing.ts'
import type { Owner, Vault } from '../secrets/vault.ts'

/**
 * The key of one user's stored responses. The vault seals this key, and this key seals the data. So a new VAULT_KEY
 * costs only one row for each user, and once the key is deleted nobody can read the data, not even from pages of disk
 * that survive.
 */
export interface DataKey {
  /** What is sealed opens only under the same name. */
  seal(text: string, name: string): Promise<Uint8Array>
  /** Rejects if the text was sealed by another key or under another name, or was changed. */
  open(sealed: Uint8Array, name: string): Promise<string>
  /**
   * A digest by which equal texts are recognised: 32 hex digits. It depends on the key, so that whoever reads the
   * tables cannot test whether somebody said a certain thing. Synchronous.
   */
  readonly digest: (text: string) => string
}

const DIGEST_DIGITS = 32

const UTF8 = new TextEncoder()

/** A new key, and the record to store for it. */
export async function makeDataKey(
  vault: Vault,
  userId: string,
): Promise<{ readonly key: DataKey; readonly sealed: string }> {
  const raw = newRawKey()
  const sealed = await vault.seal(raw.toBase64(), ownerOf(userId))
  return { key: await keyOf(raw, userId), sealed }
}

/** Rejects if the vault cannot open the record. */
export async function openDataKey(sealed: string, vault: Vault, userId: string): Promise<DataKey> {
  const raw = Uint8Array.fromBase64(await vault.open(sealed, ownerOf(userId)))
  return keyOf(raw, userId)
}

/** The same key, sealed with the current VAULT_KEY. */
export async function resealDataKey(sealed: string, vault: Vault, userId: string): Promise<string> {
  return vault.seal(await vault.open(sealed, ownerOf(userId)), ownerOf(userId))
}

function ownerOf(userId: string): Owner {
  return { userId, credentialId: '', purpose: 'responses' }
}

async function keyOf(raw: Uint8Array, userId: string): Promise<DataKey> {
  const sealing = await sealingKey(derived(raw, 'seal'))
  const digesting = derived(raw, 'digest')
  return {
    seal: (text, name) => seal(UTF8.encode(text), sealing, ['responses', userId, name]),
    async open(sealed, name) {
      return new TextDecoder().decode(await open(sealed, sealing, ['responses', userId, name]))
    },
    digest: (text) => hmacNow(digesting, text).slice(0, DIGEST_DIGITS),
  }
}

/** A separate key for each purpose. */
function derived(raw: Uint8Array, purpose: string): Uint8Array {
  return Uint8Array.fromHex(hmacNow(raw, purpose))
}
