import type { Failure } from '../../failure/failure.ts'
import { isRecord } from '../../json/record.ts'
import type { Access } from '../../upstreams/credential.ts'
import { OUTAGES } from '../failure.ts'
import { parsed } from '../../json/parsed.ts'
import { askAbout, type Borrower, refusedBy, wholeText } from '../things.ts'

export interface FileToUpload {
  readonly mimeType: string
  readonly displayName: string | null
  readonly bytes: number
  readonly body: ReadableStream<Uint8Array>
}

export type Uploaded =
  | { readonly ok: true; readonly file: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly reply: Response | Failure }

/** Uploads a whole file with one credential, and returns Google's description of it. Tries only once. */
export async function uploadFile(
  borrower: Borrower,
  access: Access,
  { mimeType, displayName, bytes, body }: FileToUpload,
): Promise<Uploaded> {
  const { settings, signal } = borrower
  const begun = await askAbout(borrower, access, {
    method: 'POST',
    path: '/upload/v1beta/files',
    body: JSON.stringify({ file: { mimeType, ...(displayName !== null && { displayName }) } }),
    headers: {
      'x-goog-upload-protocol': 'resumable',
      'x-goog-upload-command': 'start',
      'x-goog-upload-header-content-length': String(bytes),
      'x-goog-upload-header-content-type': mimeType,
    },
  })
  if (!(begun instanceof Response)) return { ok: false, reply: begun }
  if (!begun.ok) return { ok: false, reply: (await refusedBy(access, begun)).reply }
  const url = begun.headers.get('x-goog-upload-url')
  await begun.body?.cancel()
  if (!isGoogles(url, settings.geminiApiBaseUrl)) return { ok: false, reply: OUTAGES.unreadable }
  const { readable, writable } = new FixedLengthStream(bytes)
  // If Google stops reading, `fetch` rejects with the reason.
  void body.pipeTo(writable).catch(() => undefined)
  let answer: Response
  try {
    answer = await fetch(url, {
      method: 'POST',
      headers: { 'x-goog-upload-command': 'upload, finalize', 'x-goog-upload-offset': '0' },
      body: readable,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(settings.answerTimeoutMs)]),
    })
  } catch {
    return { ok: false, reply: OUTAGES.unreachable }
  }
  if (!answer.ok) return { ok: false, reply: (await refusedBy(access, answer)).reply }
  const told = parsed(await wholeText(answer))
  const file = isRecord(told) ? told['file'] : null
  return isRecord(file) ? { ok: true, file } : { ok: false, reply: OUTAGES.unreadable }
}

/** Whether the URL is on Google's own host. What is sent there is a client's file. */
export function isGoogles(url: string | null, base: string): url is string {
  return url !== null && URL.canParse(url) && new URL(url).origin === new URL(base).origin
}
