/** OpenAI's routes for files: Google's files, with the credential that knows them, in OpenAI's form. */
import type { FileDialect } from '../../../dialects/file-dialect.ts'
import type { Failure } from '../../../failure/failure.ts'
import type { KeyHolder } from '../../../gateway/authenticate.ts'
import { beginCopy, keepingStream } from '../../../gateway/copies/keeping.ts'
import { keptFiles } from '../../../gateway/copies/kept.ts'
import { uploadFile } from '../../../gateway/copies/upload-file.ts'
import { callUser } from '../../../gateway/objects.ts'
import {
  askAbout,
  borrow,
  type Borrowed,
  keep,
  refusedBy,
  wholeText,
} from '../../../gateway/things.ts'
import { parsed } from '../../../json/parsed.ts'
import { canonicalType, typeOfName } from '../../../gemini/media/media-types.ts'
import { fileIdOf, type KnownFile } from '../../../gemini/pins.ts'
import { readForm } from '../../../http/multipart.ts'
import { isRecord } from '../../../json/record.ts'
import { type Call, type Reply, urlOf } from '../../call.ts'
import { FILES, pinOf, refOf } from './kinds.ts'
import { everyThing } from './list.ts'
import { borrowerOf, forgetFile, headersFor } from './one.ts'
import { keepCopy } from './upload.ts'

type Handler = (call: Call, holder: KeyHolder) => Promise<Reply>

/** The purpose of a file that was uploaded through Google's own route. */
const NO_PURPOSE = 'user_data'
const MAX_NAME = 512

/** POST /v1/files */
export function createFile<Query, Told extends object>(files: FileDialect<Query, Told>): Handler {
  return async (call, holder) => {
    const { env, request, settings } = call
    const { userId } = holder
    const sent = await readForm(request, settings.maxBodyBytes, userId)
    if (!sent.ok) return sent.failure
    const read = files.readForm(sent.form)
    if (!read.ok) return read.failure
    const { file, purpose } = read.value
    const borrower = borrowerOf(call, holder)
    const borrowed = await borrow(borrower, { pins: [] })
    if (!borrowed.ok) return borrowed.failure
    const { access, credentialId } = borrowed
    const maxBytes = settings.maxCopiedFileBytes
    const copy = beginCopy(file.size, maxBytes)
    const kept = copy && (await keepingStream({ env, userId, copy, offset: 0, maxBytes }))
    const uploaded = await uploadFile(borrower, access, {
      mimeType: typeOf(file),
      displayName: file.name.slice(0, MAX_NAME),
      bytes: file.size,
      body: kept === null ? file.stream() : file.stream().pipeThrough(kept),
    })
    if (!uploaded.ok) return refused(uploaded.reply)
    const pin = pinOf(FILES, uploaded.file, Date.now())
    if (pin === null) return NO_FILE
    await keep({ env, userId }, [{ ...pin, purpose }], credentialId)
    await keepCopy({ env, userId, copy }, pin, uploaded.file)
    return told(files.toFile(uploaded.file, purpose), credentialId)
  }
}

/** GET /v1/files: asks Google for all files, since it cannot sort or filter by purpose. */
export function listFiles<Query, Told extends object>(files: FileDialect<Query, Told>): Handler {
  return async (call, holder) => {
    const query = files.readQuery(urlOf(call).searchParams)
    if (!query.ok) return query.failure
    const listed = await everyThing(call, holder, FILES)
    if (!listed.ok) return listed.failure
    const found = listed.things.filter(isRecord)
    const ids = found.map(({ name }) => String(name).replace(/^files\//, ''))
    const known = await knownFiles(call, holder, ids)
    const objects = found.map((file, index) =>
      files.toFile(file, known[index]?.purpose ?? NO_PURPOSE),
    )
    return Response.json(files.toList(objects, query.value))
  }
}

/** GET /v1/files/{id} */
export function getFile<Query, Told extends object>(files: FileDialect<Query, Told>): Handler {
  return async (call, holder) => {
    const found = await find(call, holder)
    if (!found.ok) return found.failure
    const { id, known, borrowed } = found
    const answer = await askAbout(borrowerOf(call, holder), borrowed.access, {
      method: 'GET',
      path: `/v1beta/files/${id}`,
    })
    if (!(answer instanceof Response)) return answer
    if (!answer.ok) return refused((await refusedBy(borrowed.access, answer)).reply)
    const file = parsed(await wholeText(answer))
    if (!isRecord(file)) return NO_FILE
    return told(files.toFile(file, known.purpose ?? NO_PURPOSE), borrowed.credentialId)
  }
}

/**
 * GET /v1/files/{id}/content: what Pollux kept of the file; otherwise Google's copy, but Google returns only files
 * that it made itself.
 */
export async function getContent(call: Call, holder: KeyHolder): Promise<Reply> {
  const found = await find(call, holder)
  if (!found.ok) return found.failure
  const { id, borrowed } = found
  const { credentialId, access } = borrowed
  const [kept] = (await keptFiles({ env: call.env, userId: holder.userId }, [id])) ?? []
  if (kept !== undefined) {
    const headers = headersFor(kept.mimeType, credentialId)
    return new Response(kept.read().pipeThrough(new FixedLengthStream(kept.bytes)), { headers })
  }
  const answer = await askAbout(borrowerOf(call, holder), access, {
    method: 'GET',
    path: `/v1beta/files/${id}:download?alt=media`,
  })
  if (!(answer instanceof Response)) return answer
  if (!answer.ok) return NOT_KEPT
  const type = answer.headers.get('content-type') ?? 'application/octet-stream'
  return new Response(answer.body, { headers: headersFor(type, credentialId) })
}

/** DELETE /v1/files/{id} */
export async function deleteFile(call: Call, holder: KeyHolder): Promise<Reply> {
  const found = await find(call, holder)
  if (!found.ok) return found.failure
  const { id, borrowed } = found
  const borrower = borrowerOf(call, holder)
  const answer = await askAbout(borrower, borrowed.access, {
    method: 'DELETE',
    path: `/v1beta/files/${id}`,
  })
  if (!(answer instanceof Response)) return answer
  if (!answer.ok) return refused((await refusedBy(borrowed.access, answer)).reply)
  await answer.body?.cancel()
  await forgetFile(call, borrower, id)
  return Response.json({ id: `file-${id}`, object: 'file', deleted: true })
}

type Found =
  | {
      readonly ok: true
      readonly id: string
      readonly known: KnownFile
      readonly borrowed: Borrowed
    }
  | { readonly ok: false; readonly failure: Failure }

/**
 * The file of the address, and the credential that knows it. A file that this user did not upload looks as if it did
 * not exist.
 */
async function find(call: Call, holder: KeyHolder): Promise<Found> {
  const asked = call.params['id'] ?? ''
  const id = fileIdOf(asked)
  const [known = null] = id === null ? [] : await knownFiles(call, holder, [id])
  if (id === null || known === null) return { ok: false, failure: noSuch(asked) }
  const borrowed = await borrow(borrowerOf(call, holder), { pins: [refOf(FILES, id)] })
  return borrowed.ok ? { ok: true, id, known, borrowed } : borrowed
}

function knownFiles(
  { env }: Call,
  { userId, keyDigest }: KeyHolder,
  ids: readonly string[],
): Promise<readonly (KnownFile | null)[]> {
  return callUser(env, userId, (user) => user.knownFiles(keyDigest, ids))
}

function typeOf({ type, name }: File): string {
  const told = canonicalType(type.split(';', 1)[0] ?? '')
  const isTelling = told !== null && told !== 'application/octet-stream'
  return isTelling ? told : (typeOfName(name, 'file') ?? 'application/octet-stream')
}

function told(file: object, credentialId: string): Response {
  return Response.json(file, { headers: { 'x-pollux-credential': credentialId } })
}

/** The failure for Google's refusal, which may come in Google's own form. */
async function refused(reply: Response | Failure): Promise<Failure> {
  if (!(reply instanceof Response)) return reply
  const body = parsed(await reply.text())
  const error = isRecord(body) ? body['error'] : null
  const message = isRecord(error) && typeof error['message'] === 'string' ? error['message'] : ''
  const isGone = reply.status === 403 || reply.status === 404
  return isGone
    ? { reason: 'file_not_found', message: 'This file is not there any more.' }
    : { reason: 'upstream_rejected', message: message || 'Google refused the request.' }
}

function noSuch(id: string): Failure {
  return {
    reason: 'file_not_found',
    message: `No such File object: ${id.slice(0, 100)}`,
    param: 'id',
  }
}

const NO_FILE: Failure = { reason: 'upstream_error', message: 'Google answered with no file.' }

const NOT_KEPT: Failure = {
  reason: 'unsupported_value',
  message:
    'Not allowed to download this file: Google gives back no file that a client has uploaded, and it is larger than what this gateway keeps.',
  param: 'id',
}
