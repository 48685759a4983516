/** OpenAI's routes for files: Google's files, with the credential that knows them, in OpenAI's form. */
import { jsonResponse } from '../../../json/json-response.ts'
import type { FileDialect } from '../../../dialects/file-dialect.ts'
import type { Failure } from '../../../failure/failure.ts'
import type { KeyHolder } from '../../../gateway/authenticate.ts'
import { keptFiles } from '../../../gateway/copies/kept-files.ts'
import { callUser } from '../../../gateway/object-calls.ts'
import { askAbout, borrow, type Borrowed, refusedBy, wholeText } from '../../../gateway/things.ts'
import { parsed } from '../../../json/parsed.ts'
import { fileIdOf, type KnownFile } from '../../../gemini/pins.ts'
import { isRecord } from '../../../json/record.ts'
import { type Call, type Handler, type Reply, urlOf } from '../../call.ts'
import { FILES, refOf } from './kinds.ts'
import { everyThing } from './list.ts'
import { borrowerOf, forgetFile, headersFor } from './one.ts'

/** The purpose of a file that was uploaded through Google's own route. */
const NO_PURPOSE = 'user_data'

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
    return jsonResponse(files.toList(objects, query.value))
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
  return jsonResponse({ id: `file-${id}`, object: 'file', deleted: true })
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

export function told(file: object, credentialId: string): Response {
  return jsonResponse(file, { headers: { 'x-pollux-credential': credentialId } })
}

/** The failure for Google's refusal, which may come in Google's own form. */
export async function refused(reply: Response | Failure): Promise<Failure> {
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

export const NO_FILE: Failure = {
  reason: 'upstream_error',
  message: 'Google answered with no file.',
}

const NOT_KEPT: Failure = {
  reason: 'unsupported_value',
  message:
    'Not allowed to download this file: Google gives back no file that a client has uploaded, and it is larger than what this gateway keeps.',
  param: 'id',
}
