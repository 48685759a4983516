import type { Failure } from '../../failure/failure.ts'
import { isRecord } from '../../json/record.ts'
import type { Access } from '../../upstreams/credential.ts'
import { OUTAGES } from '../failure-of.ts'
import { parsed } from '../../json/parsed.ts'
import { accepted, type TurnedAway } from '../in-turn.ts'
import { type Borrower, refusedBy, wholeText } from '../things.ts'

export interface FileToUpload {
  readonly mimeType: string
  readonly displayName: string | null
  readonly bytes: number
  readonly body: ReadableStream<Uint8Array>
}

/** Why a file was not taken: Google's answer, or Pollux's own failure. */
export interface Refused {
  readonly ok: false
  readonly reply: Response | Failure
}

export type Uploaded =
  | { readonly ok: true; readonly file: Readonly<Record<string, unknown>> }
  | Refused

/** Uploads a whole file with one credential, and returns Google's description of it. Tries only once. */
export async function uploadFile(
  borrower: Borrower,
  access: Access,
  { body, ...file }: FileToUpload,
): Promise<Uploaded> {
  const begun = await beginUpload(borrower, access, file)
  if (!begun.ok) return begun
  const piece = { body, bytes: file.bytes, offset: 0, isLast: true }
  const sent = await sendPiece(borrower, access, begun.url, piece)
  return sent.ok ? fileIn(sent.answer) : sent
}

/**
 * Asks Google for the address to send the bytes to. Danger: the address is also the permission to write. `bytes`: the
 * file's length; null if nobody knows it yet.
 */
export async function beginUpload(
  borrower: Borrower,
  access: Access,
  {
    mimeType,
    displayName,
    bytes,
  }: Omit<FileToUpload, 'body' | 'bytes'> & { readonly bytes: number | null },
): Promise<{ readonly ok: true; readonly url: string } | TurnedAway> {
  const begun = await accepted(borrower, access, {
    method: 'POST',
    path: '/upload/v1beta/files',
    body: JSON.stringify({ file: { mimeType, ...(displayName !== null && { displayName }) } }),
    headers: {
      'x-goog-upload-protocol': 'resumable',
      'x-goog-upload-command': 'start',
      ...(bytes !== null && { 'x-goog-upload-header-content-length': String(bytes) }),
      'x-goog-upload-header-content-type': mimeType,
    },
  })
  if (!begun.ok) return begun
  const url = begun.answer.headers.get('x-goog-upload-url')
  await begun.answer.body?.cancel()
  return isGoogles(url, borrower.settings.geminiApiBaseUrl)
    ? { ok: true, url }
    : { ok: false, reply: OUTAGES.unreadable, isCredentials: false }
}

export interface Piece {
  readonly body: ReadableStream<Uint8Array>
  readonly bytes: number
  /** Where in the file the piece begins, in bytes. */
  readonly offset: number
  readonly isLast: boolean
}

/** Sends a piece of a file to the address that Google gave for it. Google must be told the piece's length. */
export async function sendPiece(
  { settings, signal }: Borrower,
  access: Access,
  url: string,
  { body, bytes, offset, isLast }: Piece,
): Promise<{ readonly ok: true; readonly answer: Response } | Refused> {
  const { readable, writable } = new FixedLengthStream(bytes)
  // If Google stops reading, `fetch` rejects with the reason.
  void body.pipeTo(writable).catch(() => undefined)
  let answer: Response
  try {
    answer = await fetch(url, {
      method: 'POST',
      headers: {
        'x-goog-upload-command': isLast ? 'upload, finalize' : 'upload',
        'x-goog-upload-offset': String(offset),
      },
      body: readable,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(settings.answerTimeoutMs)]),
    })
  } catch {
    return { ok: false, reply: OUTAGES.unreachable }
  }
  return answer.ok
    ? { ok: true, answer }
    : { ok: false, reply: (await refusedBy(access, answer)).reply }
}

/** The file as Google's answer to the last piece describes it. */
export async function fileIn(answer: Response): Promise<Uploaded> {
  const told = parsed(await wholeText(answer))
  const file = isRecord(told) ? told['file'] : null
  return isRecord(file) ? { ok: true, file } : { ok: false, reply: OUTAGES.unreadable }
}

/** Whether the URL is on Google's own host. What is sent there is a client's file. */
export function isGoogles(url: string | null, base: string): url is string {
  return url !== null && URL.canParse(url) && new URL(url).origin === new URL(base).origin
}
