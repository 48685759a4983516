import type { Vault } from '../../objects/secrets/vault.ts'

/**
 * The key of one kept file. The vault seals the key, and the key seals the file's pieces. Each piece is bound to its
 * user, its copy and its place. The object that stores them cannot open either.
 */
export interface FileKey {
  /** In base64, for the sealed address of an upload under way. */
  readonly raw: string
  /** AES-256-GCM as `iv ‖ ciphertext`. `place` says where in the copy the bytes belong. */
  seal(bytes: Uint8Array, place: string): Promise<Uint8Array>
  /** Rejects if the bytes were sealed for another place or by another key, or were changed. */
  open(sealed: Uint8Array, place: string): Promise<Uint8Array>
}

/** The user and the copy to which a key belongs. */
export interface CopyOwner {
  readonly userId: string
  readonly copyId: string
}

const KEY_BYTES = 32
const IV_BYTES = 12

export function newRawKey(): string {
  return crypto.getRandomValues(new Uint8Array(KEY_BYTES)).toBase64()
}

export async function fileKeyOf(raw: string, { userId, copyId }: CopyOwner): Promise<FileKey> {
  const key = await crypto.subtle.importKey('raw', Uint8Array.fromBase64(raw), 'AES-GCM', false, [
    'encrypt',
    'decrypt',
  ])
  const bindingOf = (place: string): Uint8Array =>
    new TextEncoder().encode(JSON.stringify(['pollux', 'v1', 'file', userId, copyId, place]))
  return {
    raw,
    async seal(bytes, place) {
      const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES))
      const ciphertext = await crypto.subtle.encrypt(
        { name: 'AES-GCM', iv, additionalData: bindingOf(place) },
        key,
        bytes,
      )
      const sealed = new Uint8Array(IV_BYTES + ciphertext.byteLength)
      sealed.set(iv)
      sealed.set(new Uint8Array(ciphertext), IV_BYTES)
      return sealed
    },
    async open(sealed, place) {
      const iv = sealed.subarray(0, IV_BYTES)
      const plain = await crypto.subtle.decrypt(
        { name: 'AES-GCM', iv, additionalData: bindingOf(place) },
        key,
        sealed.subarray(IV_BYTES),
      )
      return new Uint8Array(plain)
    },
  }
}

export function sealKey(vault: Vault, { raw }: FileKey, userId: string): Promise<string> {
  return vault.seal(raw, ownerOf(userId))
}

/** Rejects if the vault cannot open the key. */
export async function openKey(vault: Vault, sealed: string, owner: CopyOwner): Promise<FileKey> {
  return fileKeyOf(await vault.open(sealed, ownerOf(owner.userId)), owner)
}

function ownerOf(userId: string) {
  return { userId, credentialId: '', purpose: 'file' } as const
}
