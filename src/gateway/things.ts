/** Asks Google about things that only one credential knows: files, cached contents, batches, interactions. */
import { wellFormedJson } from '../json/well-formed.ts'
import { jsonResponse } from '../json/json-response.ts'
import type { Failure } from '../failure/failure.ts'
import type { NewPin, Pin, PinRef } from '../gemini/pins.ts'
import type { BorrowResult } from '../objects/pins/borrowing.ts'
import type { Settings } from '../settings.ts'
import { readText } from '../http/read-text.ts'
import { textOrPieces } from '../http/text-or-pieces.ts'
import { headersOf } from '../upstreams/call.ts'
import type { Access } from '../upstreams/credential.ts'
import type { GoogleError } from '../upstreams/google-error.ts'
import { OUTAGES, quotaRetryMs, UNUSABLE } from './failure-of.ts'
import { errorIn, errorText, failed } from './attempt.ts'
import { borrowFailure } from './borrow-failure.ts'
import { callUser } from './object-calls.ts'
import { bearWith, patientFetch } from './patient-fetch.ts'
import { quotable } from './quotation.ts'

export interface Borrower {
  readonly env: Env
  readonly userId: string
  readonly keyDigest: string
  readonly settings: Settings
  readonly signal: AbortSignal
}

export interface Borrowing {
  readonly pins: readonly PinRef[]
  readonly credentialId?: string
}

export type Borrowed = Extract<BorrowResult, { ok: true }>

/** A credential for asking Google, or the failure to tell the client. */
export async function borrow(
  { env, userId, keyDigest }: Borrower,
  borrowing: Borrowing,
): Promise<Borrowed | { readonly ok: false; readonly failure: Failure }> {
  const result = await callUser<BorrowResult>(env, userId, (user) =>
    user.borrow({ keyDigest, ...borrowing }),
  )
  return result.ok ? result : { ok: false, failure: borrowFailure(result) }
}

/** Records that these things belong to this credential. */
export async function keep(
  { env, userId }: Pick<Borrower, 'env' | 'userId'>,
  pins: readonly NewPin[],
  credentialId: string,
): Promise<void> {
  if (pins.length > 0) await callUser(env, userId, (user) => user.keepPins(pins, credentialId))
}

/**
 * Google lists all things of a credential, including those of other users. For each of them, in the same order:
 * whether this user may see it.
 */
export async function ownOf(
  { env, userId }: Borrower,
  things: readonly PinRef[],
  credentialId: string,
): Promise<readonly boolean[]> {
  if (things.length === 0) return []
  return callUser(env, userId, (user) => user.ownOf(things, credentialId))
}

export async function forget({ env, userId }: Borrower, pin: Pin): Promise<void> {
  await callUser(env, userId, (user) => user.dropPin(pin))
}

/** Asks Google once. A network failure is returned as a failure. `path`: what follows the base URL, with its query. */
export async function askAbout(
  { settings, signal }: Borrower,
  access: Access,
  {
    method,
    path,
    body,
    headers = {},
  }: {
    readonly method: string
    readonly path: string
    /** JSON, with which no half a surrogate pair goes to Google. */
    readonly body?: string | undefined
    readonly headers?: Readonly<Record<string, string>>
  },
): Promise<Response | Failure> {
  const sent = headersOf(access)
  for (const [name, value] of Object.entries(headers)) sent.set(name, value)
  try {
    return await patientFetch(
      `${settings.geminiApiBaseUrl}${path}`,
      { method, headers: sent, ...(body !== undefined && { body: wellFormedJson(body) }) },
      { signal, ms: settings.answerTimeoutMs },
    )
  } catch {
    return signal.aborted ? OUTAGES.timeout : OUTAGES.unreachable
  }
}

/** Bytes. The longest answer about things is a list of batches that includes their requests. */
export const MAX_THING_BYTES = 33_554_432

/**
 * Google's answer about a thing: its text, or its bytes in pieces if it is too long to be held, as a batch with pictures
 * among its answers is. Null if it breaks off before.
 */
export async function heldText(
  answer: Response,
): Promise<string | AsyncGenerator<Uint8Array> | null> {
  const { body } = answer
  if (body === null) return ''
  try {
    const held = await textOrPieces(body, MAX_THING_BYTES)
    if (typeof held !== 'string') bearWith(answer)
    return held
  } catch {
    return null
  }
}

/** Google's answer about a thing. Null if it is too long or breaks off: both count as no answer. */
export function wholeText(answer: Response): Promise<string | null> {
  return readText(answer, MAX_THING_BYTES).catch(() => null)
}

/**
 * Google's refusal as the client is told it. `isCredentials`: the credential is at fault, so another one may be
 * asked.
 */
export async function refusedBy(
  access: Access,
  response: Response,
): Promise<{ readonly reply: Response | Failure; readonly isCredentials: boolean }> {
  const text = await errorText(response).catch(() => '') // broken off: the status says most of it
  const error = errorIn(response, text)
  const { verdict } = failed(access, error)
  switch (verdict.kind) {
    case 'quota':
      return { reply: { ...LIMITED, retryAfterMs: quotaRetryMs(verdict) }, isCredentials: true }
    case 'credential_fault':
    case 'token_rejected':
      return { reply: UNUSABLE, isCredentials: true }
    case 'upstream_fault':
      return { reply: OUTAGES[verdict.reason], isCredentials: false }
    default:
      return { reply: refusalToTell(access, response.status, error), isCredentials: false }
  }
}

/** Clients decide by the status (a missing file, a name in use), so it is passed on. */
export function refusalToTell(
  access: Access,
  code: number,
  { status, message: said }: GoogleError,
): Response {
  const message = quotable(said, access) ?? 'Google refused the request.'
  const error = { code, message, status: status || 'INVALID_ARGUMENT' }
  return jsonResponse({ error }, { status: code })
}

const LIMITED: Failure = {
  reason: 'rate_limited',
  message: 'Google limits requests of this kind for the credential that was asked.',
}
