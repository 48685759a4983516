/** Files of the Gemini API and the uploads that make them (ai.google.dev, "Files API"). */
import { createHash } from 'node:crypto'
import type { Hash } from 'node:crypto'
import type { JsonObject } from '../json.ts'
import type { FileState } from '../protocol.ts'
import { Shelf } from './shelf.ts'
import type { Owned } from './shelf.ts'

const LIFE_MS = 48 * 3_600_000
/** Bytes. A larger file is only counted and hashed, since nobody reads it again. */
const MAX_KEPT = 64 * 2 ** 20
const FILES_HOST = 'https://generativelanguage.googleapis.com'

export const FILE_STATES: readonly FileState[] = ['PROCESSING', 'ACTIVE', 'FAILED']

export interface StoredFile extends Owned {
  readonly displayName: string | undefined
  readonly mimeType: string
  readonly size: number
  readonly hash: string
  readonly source: 'UPLOADED' | 'GENERATED'
  readonly content: Uint8Array<ArrayBuffer> | undefined
  state: FileState
  /** how many more polls find it being processed */
  pollsLeft: number
}

export interface Upload {
  readonly id: string
  readonly owner: string
  /** handle of the credential that began it */
  readonly credential: string
  readonly name: string
  readonly displayName: string | undefined
  readonly mimeType: string
  readonly pieces: Uint8Array[]
  readonly hash: Hash
  received: number
  state: 'active' | 'cancelled' | 'final'
}

export class Files {
  readonly shelf = new Shelf<StoredFile>()
  readonly #uploads = new Map<string, Upload>()

  begin(upload: Omit<Upload, 'pieces' | 'hash' | 'received' | 'state'>): void {
    const rest = { pieces: [], hash: createHash('sha256'), received: 0, state: 'active' } as const
    this.#uploads.set(upload.id, { ...upload, ...rest, pieces: [] })
  }

  upload(id: string): Upload | undefined {
    return this.#uploads.get(id)
  }

  receive(upload: Upload, piece: Uint8Array): void {
    upload.hash.update(piece)
    upload.received += piece.length
    if (upload.received <= MAX_KEPT) upload.pieces.push(piece)
    else upload.pieces.length = 0
  }

  finalize(upload: Upload, now: number, polls: number): StoredFile {
    upload.state = 'final'
    const isKept = upload.received <= MAX_KEPT
    const file: StoredFile = {
      name: upload.name,
      owner: upload.owner,
      displayName: upload.displayName,
      mimeType: upload.mimeType,
      size: upload.received,
      hash: upload.hash.digest('hex'),
      source: 'UPLOADED',
      content: isKept ? joined(upload.pieces, upload.received) : undefined,
      createdAt: now,
      expiresAt: now + LIFE_MS,
      state: polls > 0 ? 'PROCESSING' : 'ACTIVE',
      pollsLeft: polls,
    }
    upload.pieces.length = 0
    this.shelf.put(file)
    return file
  }

  /** Makes a file of Google's own, such as the answers of a batch. */
  generate(name: string, owner: string, text: string, now: number): void {
    const content = Uint8Array.from(new TextEncoder().encode(text))
    this.shelf.put({
      name,
      owner,
      displayName: undefined,
      mimeType: 'application/jsonl',
      size: content.length,
      hash: createHash('sha256').update(content).digest('hex'),
      source: 'GENERATED',
      content,
      createdAt: now,
      expiresAt: now + LIFE_MS,
      state: 'ACTIVE',
      pollsLeft: 0,
    })
  }

  clear(): void {
    this.shelf.clear()
    this.#uploads.clear()
  }
}

export function describeFile(file: StoredFile): JsonObject {
  const created = new Date(file.createdAt).toISOString()
  return {
    name: file.name,
    ...(file.displayName === undefined ? {} : { displayName: file.displayName }),
    mimeType: file.mimeType,
    sizeBytes: String(file.size),
    createTime: created,
    updateTime: created,
    expirationTime: new Date(file.expiresAt).toISOString(),
    // Google encodes the hexadecimal digits of the hash in base64.
    sha256Hash: btoa(file.hash),
    uri: `${FILES_HOST}/v1beta/${file.name}`,
    ...(file.source === 'GENERATED'
      ? { downloadUri: `${FILES_HOST}/v1beta/${file.name}:download?alt=media` }
      : {}),
    state: file.state,
    source: file.source,
    ...(file.state === 'FAILED' ? { error: { code: 13, message: 'Failed to process file.' } } : {}),
  }
}

function joined(pieces: Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(size)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
