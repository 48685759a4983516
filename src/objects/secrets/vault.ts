import { sealingKey } from '../../bytes/sealing.ts'
import { sha256Hex } from '../../bytes/sha256.ts'
import { readSecretKeys } from '../../secret-keys.ts'

/**
 * Secrets at rest: AES-256-GCM. The additional data bind a record to its owner, so that a record moved to another
 * user, credential or purpose does not open. Without the right key nothing opens: there is no plaintext mode and no
 * fallback.
 *
 * A record is `v1.<key id>.<iv>.<ciphertext>`, the last two in base64url. The key id tells which key sealed it.
 * VAULT_KEY holds the current key first, then, separated by commas, earlier keys that still open what they sealed.
 */
export interface Vault {
  /** Seals with the current key. */
  seal(plaintext: string, owner: Owner): Promise<string>
  /** Rejects if the record was sealed by an unknown key or for another owner, or was changed. */
  open(record: string, owner: Owner): Promise<string>
  /** Whether the current key sealed the record. */
  isCurrent(record: string): boolean
}

/** What a sealed record belongs to. */
export interface Owner {
  readonly userId: string
  readonly credentialId: string
  readonly purpose:
    | 'secret'
    | 'access_token'
    | 'answer'
    | 'responses'
    | 'upload'
    | 'file'
    | 'witness'
}

interface Key {
  readonly id: string
  readonly key: CryptoKey
}

const VERSION = 'v1'
/** NIST SP 800-38D: 96 bits, random for each record. */
const IV_BYTES = 12

/**
 * The vault with the keys in `VAULT_KEY` (32 bytes each, in base64, the current key first); null if any key is
 * missing or malformed.
 */
export async function openVault(vaultKey: string | undefined): Promise<Vault | null> {
  const keys = readSecretKeys(vaultKey)
  if (keys === null) return null
  const known = await Promise.all(keys.map(importKey))
  const [current] = known
  if (current === undefined) return null

  return {
    async seal(plaintext, owner) {
      const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES))
      const ciphertext = await crypto.subtle.encrypt(
        { name: 'AES-GCM', iv, additionalData: bindingOf(owner) },
        current.key,
        new TextEncoder().encode(plaintext),
      )
      return [VERSION, current.id, toText(iv), toText(new Uint8Array(ciphertext))].join('.')
    },
    async open(record, owner) {
      const [version, sealedBy, iv, ciphertext] = record.split('.')
      const sealer = known.find(({ id }) => id === sealedBy)
      if (version !== VERSION || sealer === undefined || iv === undefined) {
        throw new Error('The record was sealed by another VAULT_KEY.')
      }
      const plaintext = await crypto.subtle.decrypt(
        { name: 'AES-GCM', iv: fromText(iv), additionalData: bindingOf(owner) },
        sealer.key,
        fromText(ciphertext ?? ''),
      )
      return new TextDecoder().decode(plaintext)
    },
    isCurrent(record) {
      return record.startsWith(`${VERSION}.${current.id}.`)
    },
  }
}

async function importKey(raw: Uint8Array): Promise<Key> {
  return { id: (await sha256Hex(raw)).slice(0, 8), key: await sealingKey(raw) }
}

function bindingOf({ purpose, userId, credentialId }: Owner): Uint8Array {
  return new TextEncoder().encode(
    JSON.stringify(['pollux', VERSION, purpose, userId, credentialId]),
  )
}

function toText(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: 'base64url', omitPadding: true })
}

function fromText(text: string): Uint8Array {
  return Uint8Array.fromBase64(text, { alphabet: 'base64url' })
}
