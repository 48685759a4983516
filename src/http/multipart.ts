import { readBytes } from './read-bytes.ts'
import type { Failure } from '../failure/failure.ts'
import { notReadFailure } from './body.ts'
import { boundaryIn, MALFORMED } from './form-parts.ts'
import { endOfHead, headIn, MAX_HEAD_BYTES } from './part-head.ts'

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
  if (expected > limit) return { ok: false, failure: notReadFailure('too_large', limit) }
  if (request.body === null) return malformed('The request body is empty; send a form.')
  try {
    const bytes = await readBytes(request.body, { expected, limit, owner })
    if (typeof bytes === 'string') return { ok: false, failure: notReadFailure(bytes, limit) }
    const form =
      formIn(bytes, boundaryIn(request.headers)) ??
      (await new Response(bytes, { headers: { 'content-type': type } }).formData())
    return { ok: true, form }
  } catch {
    // The connection broke, or the body is not what its content-type says.
    return { ok: false, failure: MALFORMED }
  }
}

/** Reading a part here costs more than in workerd, and no client sends nearly as many. */
const MAX_PARTS = 100
const CR = 13
const DASH = 45

/**
 * workerd reads names and file names in quotation marks only, which .NET does not write: without those of a name there
 * is no form for it, and without those of a file name no file (docs/clients.md: Forms). What is no form here is left to
 * workerd, which takes bare line feeds too: null.
 */
function formIn(bytes: Uint8Array, boundary: string | null): FormData | null {
  if (boundary === null) return null
  const form = new FormData()
  const delimiter = new TextEncoder().encode(`\r\n--${boundary}`)
  // The first delimiter may have no line break before it.
  const isFirst = isAt(bytes, delimiter.subarray(2), 0)
  let at = isFirst ? delimiter.length - 2 : behind(bytes, delimiter, 0)
  for (let count = 0; at !== null && count <= MAX_PARTS; count++) {
    if (bytes[at] === DASH && bytes[at + 1] === DASH) return form
    const held = bytes.subarray(at, at + MAX_HEAD_BYTES)
    const end = endOfHead(held)
    const head = end === null ? null : headIn(new TextDecoder().decode(held.subarray(0, end)))
    if (end === null || head === null) return null
    const start = at + end + 4
    at = behind(bytes, delimiter, start)
    if (at === null) return null
    const content = bytes.subarray(start, at - delimiter.length)
    const { name, fileName, type } = head
    if (fileName === null) form.append(name, new TextDecoder().decode(content))
    else form.append(name, new File([content], fileName, { type }))
  }
  return null
}

/** Where the bytes behind the next delimiter begin. */
function behind(bytes: Uint8Array, delimiter: Uint8Array, from: number): number | null {
  for (let at = bytes.indexOf(CR, from); at >= 0; at = bytes.indexOf(CR, at + 1)) {
    if (isAt(bytes, delimiter, at)) return at + delimiter.length
  }
  return null
}

function isAt(bytes: Uint8Array, wanted: Uint8Array, at: number): boolean {
  return wanted.every((byte, index) => bytes[at + index] === byte)
}

function malformed(message: string): Form {
  return { ok: false, failure: { reason: 'invalid_form', message } }
}
