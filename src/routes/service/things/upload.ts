/**
 * Google's resumable uploads. Pollux chooses the credential at the start, and replaces Google's address by one of its
 * own. Two SDKs send the bytes without a key, so that address is itself the permission: sealed, and valid for some
 * hours. A third SDK sends its key to whatever host the address names (docs/clients.md). The bytes are streamed
 * through. If a copy of the file is kept on the way (gateway/copies), one piece at a time is in memory.
 */
import { HOUR_MS } from '../../../json/time.ts'
import { jsonResponse } from '../../../json/json-response.ts'
import type { KeyHolder } from '../../../gateway/authenticate.ts'
import { sealKey } from '../../../gateway/copies/file-key.ts'
import {
  beginCopy,
  type CopyBegun,
  finishCopy,
  keepingStream,
} from '../../../gateway/copies/keeping.ts'
import { isGoogles } from '../../../gateway/copies/upload-file.ts'
import { OUTAGES, VAULT_CLOSED } from '../../../gateway/failure-of.ts'
import { callFiles } from '../../../gateway/object-calls.ts'
import { accepted, inTurn } from '../../../gateway/in-turn.ts'
import { borrow, keep, refusedBy, wholeText } from '../../../gateway/things.ts'
import { parsed } from '../../../json/parsed.ts'
import { wellFormedJson } from '../../../json/well-formed.ts'
import type { Failure } from '../../../failure/failure.ts'
import { openVault } from '../../../objects/secrets/vault.ts'
import type { NewPin } from '../../../gemini/pins.ts'
import { logError } from '../../../http/log.ts'
import { isRecord } from '../../../json/record.ts'
import { type Call, type Reply, urlOf } from '../../call.ts'
import { FILES, pinOf, refOf } from './kinds.ts'
import { borrowerOf, named, textOf } from './one.ts'

const LIFE_MS = 12 * HOUR_MS
/** Headers about an upload, which client and Google exchange. */
const HEADER = /^x-goog-upload-(?!url$|control-url$)[\w-]+$/
const SEAL = { userId: '', credentialId: '', purpose: 'upload' } as const

interface Upload {
  readonly userId: string
  readonly keyDigest: string
  readonly credentialId: string
  /** Google's address, which is a permission too. */
  readonly url: string
  /** Where the copy is kept; null if the file is too large. */
  readonly copy: CopyBegun | null
  readonly until: number
}

/** POST /upload/{version}/files: answers with the address that takes the bytes. */
export async function startUpload(call: Call, holder: KeyHolder): Promise<Reply> {
  const { env, request, settings } = call
  const wrong = otherThan(request.headers, { protocol: 'resumable', command: 'start' })
  if (wrong !== null) return wrong
  const vault = await openVault(env.VAULT_KEY)
  if (vault === null) return VAULT_CLOSED
  const body = await textOf(call)
  if (typeof body === 'object') return body
  const borrower = borrowerOf(call, holder)
  const name = nameIn(parsed(body))
  // A name that the client chose may already be taken under another credential, and would then mean two files. So the
  // credential that knows it is used.
  const first = await borrow(borrower, { pins: name === null ? [] : [refOf(FILES, name)] })
  if (!first.ok) return first.failure
  const asked = {
    method: 'POST',
    path: '/upload/v1beta/files',
    body,
    headers: uploadHeaders(request.headers),
  }
  const { borrowed, done } = await inTurn(borrower, first, ({ access }) =>
    accepted(borrower, access, asked),
  )
  const { credentialId } = borrowed
  if (!done.ok) return named(done.reply, credentialId)
  const { answer } = done
  const url = answer.headers.get('x-goog-upload-url')
  if (!isGoogles(url, settings.geminiApiBaseUrl)) return OUTAGES.unreadable
  const { userId, keyDigest } = holder
  const copy = beginCopy(lengthIn(request.headers), settings.maxCopiedFileBytes)
  const until = Date.now() + LIFE_MS
  const upload: Upload = { userId, keyDigest, credentialId, url, copy, until }
  const sealed = await vault.seal(JSON.stringify(upload), SEAL)
  const headers = uploadHeaders(answer.headers)
  const address = outsideAddress(request)
  address.search = new URLSearchParams({
    upload_id: sealed,
    upload_protocol: 'resumable',
  }).toString()
  headers['x-goog-upload-url'] = address.href
  headers['x-goog-upload-control-url'] = address.href
  return jsonResponse(parsed(await wholeText(answer)) ?? {}, {
    headers: { ...headers, 'x-pollux-credential': credentialId },
  })
}

/**
 * The route's address as the client knows it. Danger: some clients send their key there (docs/clients.md), and only a
 * proxy with TLS before this gateway knows that it has to say https. Behind several proxies the first one speaks first.
 */
function outsideAddress({ url, headers }: Request): URL {
  const address = new URL(url)
  const forwarded = headers.get('x-forwarded-proto') ?? ''
  if (/^\s*https\s*(?:,|$)/i.test(forwarded)) address.protocol = 'https:'
  return address
}

/** Handles what comes to such an address: pieces, the last piece, a question for the progress, a cancellation. */
export async function continueUpload(call: Call): Promise<Reply> {
  const { request } = call
  const upload = await opened(call, urlOf(call).searchParams.get('upload_id') ?? '')
  if (upload === null) return NO_UPLOAD
  const { userId, keyDigest, credentialId, url } = upload
  const borrower = borrowerOf(call, { userId, keyDigest })
  // So the very next piece is refused if the user was disabled or the credential was removed meanwhile.
  const borrowed = await borrow(borrower, { pins: [], credentialId })
  if (!borrowed.ok) return borrowed.failure
  let answer: Response
  try {
    answer = await fetch(url, {
      method: 'POST',
      headers: uploadHeaders(request.headers),
      body: await bodyOf(call, upload),
      redirect: 'manual',
      signal: AbortSignal.any([request.signal, AbortSignal.timeout(patienceWith(call))]),
    })
  } catch {
    return OUTAGES.unreachable
  }
  if (!answer.ok && request.body !== null) await dropCopyOf(call, upload)
  const told = uploadHeaders(answer.headers)
  const reply = answer.ok
    ? await finished(call, upload, answer)
    : (await refusedBy(borrowed.access, answer)).reply
  if (!(reply instanceof Response)) return reply
  for (const [name, value] of Object.entries(told)) reply.headers.set(name, value)
  reply.headers.set('x-pollux-credential', credentialId)
  return reply
}

/**
 * Google answers when it has all of a piece, and one of the SDKs sends a whole file in one. So the time to answer is what it
 * always is, and the time that the bytes take on a slow line on top.
 */
function patienceWith({ request, settings }: Call): number {
  const length = Number(request.headers.get('content-length') ?? 0)
  return settings.answerTimeoutMs + Math.min(LIFE_MS, length / SLOWEST_BYTES_PER_MS)
}

/** 256 kbit/s. */
const SLOWEST_BYTES_PER_MS = 32

/**
 * The bytes of a refused piece may have taken the place of others in the copy, such as those of an earlier offset. Nobody
 * would notice, since their number may still be that of the file.
 */
async function dropCopyOf({ env }: Call, { userId, copy }: Upload): Promise<void> {
  if (copy !== null) await callFiles(env, userId, (files) => files.drop(copy.copyId))
}

/** The answer to a piece. After the last piece the file exists, and its owner is recorded. */
async function finished({ env }: Call, upload: Upload, answer: Response): Promise<Reply> {
  const { userId, credentialId } = upload
  const text = await wholeText(answer)
  if (text === null) return OUTAGES.unreadable
  const body = parsed(text)
  const pin = isRecord(body) ? pinOf(FILES, body['file'], Date.now()) : null
  if (pin !== null) await keep({ env, userId }, [pin], credentialId)
  const file = isRecord(body) ? body['file'] : null
  if (pin !== null && isRecord(file)) await keepCopy({ env, userId, copy: upload.copy }, pin, file)
  return new Response(wellFormedJson(text), { headers: { 'content-type': 'application/json' } })
}

/** The bytes as they arrive. Those of a small file are also kept. */
async function bodyOf(
  { env, request, settings }: Call,
  { userId, copy }: Upload,
): Promise<ReadableStream<Uint8Array> | null> {
  const { body, headers } = request
  const length = Number(headers.get('content-length') ?? NaN)
  const offset = Number(headers.get('x-goog-upload-offset') ?? NaN)
  if (body === null || copy === null || !(length > 0) || !Number.isSafeInteger(offset)) return body
  const maxBytes = settings.maxCopiedFileBytes
  const kept = body.pipeThrough(await keepingStream({ env, userId, copy, offset, maxBytes }))
  // Google is told the length that the client announced.
  return kept.pipeThrough(new FixedLengthStream(length))
}

/** Completes the copy of a file that Google now has. If this fails, the upload still succeeds. */
export async function keepCopy(
  {
    env,
    userId,
    copy,
  }: { readonly env: Env; readonly userId: string; readonly copy: CopyBegun | null },
  { id: fileId, expiresAt }: NewPin,
  { mimeType, displayName, sizeBytes }: Readonly<Record<string, unknown>>,
): Promise<void> {
  const vault = copy === null ? null : await openVault(env.VAULT_KEY)
  if (copy === null || vault === null) return
  const about = {
    mimeType: typeof mimeType === 'string' ? mimeType : 'application/octet-stream',
    displayName: typeof displayName === 'string' ? displayName : null,
  }
  const bytes = Number(sizeBytes)
  try {
    await finishCopy(
      { env, userId, copy },
      { fileId, bytes, expiresAt, about, sealKey: (key) => sealKey(vault, key, userId) },
    )
  } catch (error) {
    logError('file_not_kept', { user: userId, error: String(error) })
  }
}

/**
 * The failure for an upload that begins in another of Google's ways. In those the first request has the file's bytes, and
 * they would be damaged here: what comes first is read as JSON.
 */
function otherThan(headers: Headers, wanted: Readonly<Record<string, string>>): Failure | null {
  for (const [name, value] of Object.entries(wanted)) {
    const header = `x-goog-upload-${name}`
    if (headers.get(header)?.trim().toLowerCase() === value) continue
    const message = `Invalid value for '${header}': an upload begins with '${value}', and its bytes follow at the address that the answer names.`
    return { reason: 'invalid_value', message, param: header }
  }
  return null
}

/** The length that the client announces; null if it announces none. */
function lengthIn(headers: Headers): number | null {
  const length = Number(headers.get('x-goog-upload-header-content-length') ?? NaN)
  return Number.isSafeInteger(length) ? length : null
}

async function opened({ env }: Call, sealed: string): Promise<Upload | null> {
  const vault = await openVault(env.VAULT_KEY)
  if (vault === null) return null
  try {
    const upload = JSON.parse(await vault.open(sealed, SEAL)) as Upload
    return upload.until > Date.now() ? upload : null
  } catch {
    return null // changed, or not sealed by this gateway
  }
}

function uploadHeaders(headers: Headers): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => HEADER.test(name)))
}

function nameIn(body: unknown): string | null {
  const file = isRecord(body) ? body['file'] : null
  const name = isRecord(file) ? file['name'] : null
  return typeof name === 'string' ? (/^files\/([\w-]{1,100})$/.exec(name)?.[1] ?? null) : null
}

const NO_UPLOAD: Failure = {
  reason: 'unknown_url',
  message: 'There is no such upload: its address was changed, or its time is over. Start it anew.',
}
