import { open, seal, sealingKey } from '../../bytes/sealing.ts'
import type { Vault } from '../../objects/secrets/vault.ts'

/**
 * The key of one kept file. The vault seals the key, and the key seals the file's pieces. Each piece is bound to its
 * user, its copy and its place. The object that stores them cannot open either.
 */
export interface FileKey {
  /** In base64, for the sealed address of an upload under way. */
  readonly raw: string
  /** `place` says where in the copy the bytes belong. */
  seal(bytes: Uint8Array, place: string): Promise<Uint8Array>
  /** Rejects if the bytes were sealed for another place or by another key, or were changed. */
  open(sealed: Uint8Array, place: string): Promise<Uint8Array>
}

/** The user and the copy to which a key belongs. */
export interface CopyOwner {
  readonly userId: string
  readonly copyId: string
}

export async function fileKeyOf(raw: string, { userId, copyId }: CopyOwner): Promise<FileKey> {
  const key = await sealingKey(Uint8Array.fromBase64(raw))
  return {
    raw,
    seal: (bytes, place) => seal(bytes, key, ['file', userId, copyId, place]),
    open: (sealed, place) => open(sealed, key, ['file', userId, copyId, place]),
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
