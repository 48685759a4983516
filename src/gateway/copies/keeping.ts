import { newRawKey } from '../../bytes/sealing.ts'
import { logError } from '../../http/log.ts'
import { callFiles } from '../object-calls.ts'
import { type FileKey, fileKeyOf } from './file-key.ts'

/** A copy under way. It travels in the sealed address of the upload. */
export interface CopyBegun {
  readonly copyId: string
  readonly rawKey: string
}

/** A row of the object's table must be below 2 MB. */
const PIECE_BYTES = 1_048_576

/** Null if the file is known to be too large for a copy. */
export function beginCopy(declaredBytes: number | null, maxBytes: number): CopyBegun | null {
  if (maxBytes === 0 || (declaredBytes ?? 0) > maxBytes) return null
  return { copyId: crypto.randomUUID(), rawKey: newRawKey().toBase64() }
}

interface Keeping {
  readonly env: Env
  readonly userId: string
  readonly copy: CopyBegun
  /** Where in the file these bytes begin. */
  readonly offset: number
  readonly maxBytes: number
}

/** Keeps a sealed copy of an upload's bytes while they go to Google. One piece is in memory at a time. */
export interface Keeper {
  /** Takes the next bytes and copies them. */
  add(bytes: Uint8Array): Promise<void>
  end(): Promise<void>
  /** Deletes what was kept so far, because the upload was given up. */
  drop(): Promise<void>
}

/** If the bytes cannot be kept, the upload goes on without a copy: the upload matters more. */
export async function keeperOf(keeping: Keeping): Promise<Keeper> {
  const { env, userId, copy, offset, maxBytes } = keeping
  const { copyId } = copy
  const key = await fileKeyOf(copy.rawKey, { userId, copyId })
  let piece = new Uint8Array(PIECE_BYTES)
  let filled = 0
  let start = offset
  let isKept = true
  const drop = async (): Promise<void> => {
    isKept = false
    piece = new Uint8Array(0)
    await callFiles(env, userId, (files) => files.drop(copyId)).catch(() => null)
  }
  const put = async (): Promise<void> => {
    const bytes = filled
    if (!isKept || bytes === 0) return
    const place = start
    start += bytes
    filled = 0
    try {
      const sealed = await key.seal(piece.subarray(0, bytes), String(place))
      const isPut = await callFiles(env, userId, (files) =>
        files.put(copyId, { start: place, bytes, sealed }),
      )
      if (isPut !== true) isKept = false
    } catch (error) {
      logError('file_not_kept', { user: userId, error: String(error) })
      await drop()
    }
  }
  return {
    async add(bytes) {
      for (let at = 0; isKept && at < bytes.byteLength;) {
        if (start + filled >= maxBytes) return drop()
        const room = Math.min(PIECE_BYTES - filled, bytes.byteLength - at)
        piece.set(bytes.subarray(at, at + room), filled)
        filled += room
        at += room
        if (filled === PIECE_BYTES) await put()
      }
    },
    end: put,
    drop,
  }
}

/** The same for a stream. */
export async function keepingStream(
  keeping: Keeping,
): Promise<TransformStream<Uint8Array, Uint8Array>> {
  const keeper = await keeperOf(keeping)
  return new TransformStream<Uint8Array, Uint8Array>({
    async transform(chunk, controller) {
      controller.enqueue(chunk)
      await keeper.add(chunk)
    },
    flush: () => keeper.end(),
  })
}

/** What is stored of a file besides its bytes. */
export interface About {
  readonly mimeType: string
  readonly displayName: string | null
}

/** Stores what is known of a file once Google has all of it. True if its copy is complete. */
export async function finishCopy(
  { env, userId, copy }: Pick<Keeping, 'env' | 'userId' | 'copy'>,
  file: {
    readonly fileId: string
    readonly bytes: number
    readonly expiresAt: number
    readonly about: About
    readonly sealKey: (key: FileKey) => Promise<string>
  },
): Promise<boolean> {
  const { copyId, rawKey } = copy
  const { fileId, bytes, expiresAt, about } = file
  const key = await fileKeyOf(rawKey, { userId, copyId })
  const sealedKey = await file.sealKey(key)
  const sealedAbout = await key.seal(new TextEncoder().encode(JSON.stringify(about)), ABOUT)
  const finished = { copyId, fileId, bytes, expiresAt, sealedKey, sealedAbout }
  return (await callFiles(env, userId, (files) => files.finish(finished))) === true
}

export const ABOUT = 'about'
