import { MINUTE_MS } from '../../json/time.ts'
import type { Lease } from '../../objects/ledger/lease.ts'
import type { Ask } from '../../upstreams/front.ts'
import type { ServeInput } from '../journey-input.ts'
import { callFiles } from '../object-calls.ts'
import { parsed } from '../../json/parsed.ts'
import { isRecord } from '../../json/record.ts'
import { askAbout, type Borrower, wholeText } from '../things.ts'
import { withFilesAt } from './files-elsewhere.ts'
import { type Kept, keptFiles } from './kept-files.ts'
import { uploadFile } from './upload-file.ts'

/**
 * The request with addresses of files that the leased credential can read; null if the files could not be uploaded
 * there.
 */
export type Moved = ((ask: Ask) => Ask) | null

/** Uploads the files of a request under further credentials, since their owner is out of quota. */
export interface Copying {
  /** Google's ids of the files, as the client named them. */
  readonly fileIds: readonly string[]
  readonly to: (lease: Lease, signal: AbortSignal) => Promise<Moved>
}

/** Google processes a file before it can be read. */
const ACTIVE_WITHIN_MS = 15_000
const LOOK_EVERY_MS = 300
/** A copy that expires within this time is not used. */
const MIN_LIFE_MS = MINUTE_MS

/**
 * Whether another credential may serve a request if the one that knows its files is out of quota. Not if it names
 * something that cannot be uploaded again (a cache, a token).
 */
export function mayCopy({
  pins = [],
  operation,
  attempt,
  takesCopies = true,
}: ServeInput): boolean {
  const isOfFiles = pins.length > 0 && pins.every(({ kind }) => kind === 'file')
  return operation === 'generate' && attempt !== undefined && takesCopies && isOfFiles
}

/** Copies of the files of a request that `mayCopy`; null if it names a file of which none was kept. */
export async function copyingFor(input: ServeInput): Promise<Copying | null> {
  const { pins = [] } = input
  const fileIds = [...new Set(pins.map(({ id }) => id))]
  const files = await keptFiles(input, fileIds)
  if (files === null) return null
  return { fileIds, to: (lease, signal) => moved(input, files, lease, signal) }
}

async function moved(
  input: ServeInput,
  files: readonly Kept[],
  lease: Lease,
  signal: AbortSignal,
): Promise<Moved> {
  const { env, userId, keyDigest, settings } = input
  const borrower: Borrower = { env, userId, keyDigest, settings, signal }
  const ids = await Promise.all(
    files.map(async (file) => [file.fileId, await placed(borrower, file, lease)] as const),
  )
  const there = new Map<string, string>()
  for (const [id, copiedId] of ids) {
    if (copiedId === null) return null
    there.set(id, copiedId)
  }
  return (ask) => ({ ...ask, json: withFilesAt(there, ask.json) })
}

/**
 * Google's id of a file under another credential: from an earlier upload, or from one made now. Null if the upload
 * failed.
 */
async function placed(borrower: Borrower, file: Kept, lease: Lease): Promise<string | null> {
  const { env, userId } = borrower
  const { fileId, mimeType, displayName, bytes } = file
  const { credentialId, access } = lease
  const places = (await callFiles(env, userId, (files) => files.placesOf(fileId))) ?? []
  const before = places.find((place) => place.credentialId === credentialId)
  if (before !== undefined && before.expiresAt > Date.now() + MIN_LIFE_MS) return before.copiedId
  const uploaded = await uploadFile(borrower, access, {
    mimeType,
    displayName,
    bytes,
    body: file.read(),
  })
  if (!uploaded.ok) return null
  const copiedId = String(uploaded.file['name']).replace(/^files\//, '')
  const expiresAt = Date.parse(String(uploaded.file['expirationTime'])) || file.expiresAt
  const place = { credentialId, copiedId, expiresAt }
  await callFiles(env, userId, (files) => files.place(fileId, place))
  const isReady = await isActive(borrower, lease, copiedId, uploaded.file['state'])
  return isReady ? copiedId : null
}

async function isActive(
  borrower: Borrower,
  { access }: Lease,
  id: string,
  first: unknown,
): Promise<boolean> {
  const until = Date.now() + ACTIVE_WITHIN_MS
  let state = first
  while (state === 'PROCESSING' && Date.now() < until && !borrower.signal.aborted) {
    await scheduler.wait(LOOK_EVERY_MS)
    const answer = await askAbout(borrower, access, { method: 'GET', path: `/v1beta/files/${id}` })
    if (!(answer instanceof Response) || !answer.ok) return false
    const file = parsed(await wholeText(answer))
    if (!isRecord(file)) return false
    state = file['state']
  }
  return state !== 'PROCESSING' && state !== 'FAILED'
}
