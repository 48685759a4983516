import { readBytes } from './read-bytes.ts'
import type { Failure } from '../failure/failure.ts'
import { notReadFailure } from './body.ts'

export type Form =
  | { readonly ok: true; readonly form: FormData }
  | { readonly ok: false; readonly failure: Failure }

/** Reads the form of a request (RFC 7578), at most `limit` bytes of it. */
export async function readForm(request: Request, limit: number, owner = ''): Promise<Form> {
  const type = request.headers.get('content-type') ?? ''
  if (!/^multipart\/form-data\s*;/i.test(type)) {
    return malformed('The request body must be multipart/form-data with a boundary.')
  }
  const expected = Number(request.headers.get('content-length'))
  if (expected > limit) return tooLarge(limit)
  if (request.body === null) return malformed('The request body is empty; send a form.')
  try {
    const bytes = await readBytes(request.body, { expected, limit, owner })
    if (typeof bytes === 'string') return { ok: false, failure: notReadFailure(bytes, limit) }
    const form = await new Response(bytes, { headers: { 'content-type': type } }).formData()
    return { ok: true, form }
  } catch {
    // The connection broke, or the body is not what its content-type says.
    return malformed('The request body is not a well-formed form.')
  }
}

function malformed(message: string): Form {
  return { ok: false, failure: { reason: 'invalid_form', message } }
}

function tooLarge(limit: number): Form {
  const message = `The request body is larger than the ${limit} bytes that this gateway accepts.`
  return { ok: false, failure: { reason: 'body_too_large', message } }
}
