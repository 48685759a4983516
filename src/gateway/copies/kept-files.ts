import type { Copy } from '../../objects/files/copy.ts'
import { openVault } from '../../objects/secrets/vault.ts'
import { callFiles } from '../object-calls.ts'
import { openKey } from './file-key.ts'
import { ABOUT, type About } from './keeping.ts'

/** A file of which a copy was kept. */
export interface Kept extends About {
  readonly fileId: string
  readonly bytes: number
  readonly expiresAt: number
  /** Its bytes. Pieces are opened one by one as they are read. Every call starts anew. */
  readonly read: () => ReadableStream<Uint8Array>
}

/** These files, if all of them were kept and can be opened; null if any was not or cannot. */
export async function keptFiles(
  { env, userId }: { readonly env: Env; readonly userId: string },
  fileIds: readonly string[],
): Promise<readonly Kept[] | null> {
  const copies = await callFiles(env, userId, (files) => files.find(fileIds))
  const vault = copies === null ? null : await openVault(env.VAULT_KEY)
  if (copies === null || vault === null) return null
  const open = async (copy: Copy): Promise<Kept> => {
    const { fileId, copyId, bytes, expiresAt, starts } = copy
    const key = await openKey(vault, copy.sealedKey, { userId, copyId })
    const about = JSON.parse(
      new TextDecoder().decode(await key.open(copy.sealedAbout, ABOUT)),
    ) as About
    const pieceAt = async (start: number): Promise<Uint8Array> => {
      const sealed = await callFiles(env, userId, (files) => files.piece(copyId, start))
      if (sealed === null) throw new Error('The file was deleted while it was read.')
      return key.open(sealed, String(start))
    }
    const read = (): ReadableStream<Uint8Array> => streamOf(starts, pieceAt)
    return { ...about, fileId, bytes, expiresAt, read }
  }
  try {
    return await Promise.all(copies.map(open))
  } catch {
    return null // sealed by a VAULT_KEY that is no longer configured
  }
}

function streamOf(
  starts: readonly number[],
  pieceAt: (start: number) => Promise<Uint8Array>,
): ReadableStream<Uint8Array> {
  const left = [...starts]
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const start = left.shift()
        if (start === undefined) controller.close()
        else controller.enqueue(await pieceAt(start))
      },
    },
    { highWaterMark: 0 },
  )
}
