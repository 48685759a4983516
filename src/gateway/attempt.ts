import type { GenerateContentResponse, UsageMetadata } from '../gemini/types.ts'
import type { Clock } from '../clock.ts'
import type { Control } from './control.ts'
import type { Lease } from '../objects/ledger/lease.ts'
import { readText } from '../http/read-text.ts'
import type { Settings } from '../settings.ts'
import { callUpstream, FRONTS } from '../upstreams/call.ts'
import { classify } from '../upstreams/classify.ts'
import type { Access } from '../upstreams/credential.ts'
import { hasContent, isFinal } from '../gemini/response.ts'
import { keepTyped } from '../gemini/typed.ts'
import { type Batch, MAX_ANSWER_BYTES, UpstreamEvents } from '../upstreams/events.ts'
import type { Ask } from '../upstreams/front.ts'
import { type GoogleError, parseGoogleError, readGoogleError } from '../upstreams/google-error.ts'
import { parseReply } from '../upstreams/reply.ts'
import type { UpstreamFault, Verdict } from '../upstreams/verdict.ts'

/** Why a call was ended; the reason of its control. */
export const CLIENT_LEFT = 'client_left'
export const TOO_SLOW = 'too_slow'
/** The call is over and nothing more is wanted of the upstream: no failure. */
export const DONE = 'done'

const MAX_ERROR_BYTES = 65_536
/** A bound on the events before the first one with content; Google has been seen to send one or two. */
const MAX_QUIET_EVENTS = 1000

export interface Failed {
  readonly ok: false
  readonly verdict: Verdict
  /** HTTP status of the upstream; 0 if none arrived. */
  readonly status: number
  readonly error: GoogleError | null
  /** What the failed attempt used, if Google said so. */
  readonly usage?: UsageMetadata | undefined
}

export type AttemptResult =
  | {
      readonly ok: true
      readonly kind: 'unary'
      readonly response: GenerateContentResponse
      /** The JSON of the response, if the caller asked for it. */
      readonly text?: string
    }
  /**
   * `first`: all events up to the first content or the end. Until then the client has been told nothing, so a failure can
   * still go to another credential.
   */
  | {
      readonly ok: true
      readonly kind: 'stream'
      readonly events: UpstreamEvents
      readonly first: Batch
    }
  | Failed

export interface AttemptInput {
  readonly lease: Lease
  /**
   * Makes the request anew for each call, so that its text is not held in memory a second time while Google answers.
   */
  readonly ask: () => Ask
  readonly settings: Settings
  /** Ends the upstream call, with CLIENT_LEFT or TOO_SLOW as its reason. A stream still needs it after the attempt. */
  readonly control: Control
  readonly clock: Clock
  /** Whether the caller also wants the JSON text of the answer. */
  readonly keepsText?: boolean
}

/**
 * Calls Google once under a lease. Reads a whole answer to its end, a stream up to its first content. A failure is a
 * value. Rejects only if `ask` throws, which is a bug.
 */
export async function attempt(input: AttemptInput): Promise<AttemptResult> {
  const { lease, settings, control, clock } = input
  const { access, model } = lease
  let ask: Ask | null = input.ask()
  const stream = ask.method === 'streamGenerateContent'
  const untime = clock.after(settings.answerTimeoutMs, () => control.abort(TOO_SLOW))
  const begun = { status: 0 }
  try {
    const calling = callUpstream({ access, model, ask }, settings, control.signal)
    ask = null // this function waits for long, and would keep it in memory
    const answered = answerTo(calling, { ...input, stream, begun })
    const { ended } = control
    const result = await (ended === null ? answered : Promise.race([answered, ended]))
    return result ?? brokenOff(control, begun.status)
  } catch {
    // Every path out of here is a verdict, so that whatever went wrong is settled as what it was.
    return brokenOff(control, begun.status)
  } finally {
    untime()
  }
}

interface Reading {
  readonly lease: Lease
  readonly stream: boolean
  readonly keepsText?: boolean
  /** Gets the status, which is needed where the answer breaks off. */
  readonly begun: { status: number }
}

async function answerTo(
  calling: Promise<Response>,
  { lease: { access }, stream, keepsText = false, begun }: Reading,
): Promise<AttemptResult> {
  const response = await calling
  const { status } = response
  begun.status = status
  if (!response.ok) return failed(access, errorIn(response, await errorText(response)))
  return stream ? opening(access, response, keepsText) : reading(access, response, keepsText)
}

/** The verdict on an error that arrived inside a 200 stream, with the error itself. */
export function faultOf(access: Access, fault: NonNullable<Batch['fault']>): Failed {
  return fault.kind === 'error'
    ? failed(access, readGoogleError(200, fault.body))
    : outage(fault.kind, 200)
}

/** What an aborted or broken connection means. */
export function brokenOff({ reason }: Pick<Control, 'reason'>, status: number): Failed {
  if (reason === CLIENT_LEFT) {
    return { ok: false, verdict: { kind: 'cancelled' }, status, error: null }
  }
  if (reason === TOO_SLOW) return outage('timeout', status)
  return outage(status === 0 ? 'unreachable' : 'truncated', status)
}

/** An error text may quote a whole request; what matters stands at its beginning, so the rest is not read. */
export async function errorText(response: Response): Promise<string> {
  return (await readText(response, MAX_ERROR_BYTES, { cut: true })) ?? ''
}

async function reading(
  access: Access,
  response: Response,
  keepsText: boolean,
): Promise<AttemptResult> {
  const text = await readText(response, MAX_ANSWER_BYTES)
  if (text === null) return outage('oversized', response.status)
  const answer = readAnswer(access, text)
  return keepsText && answer.ok && answer.kind === 'unary'
    ? { ...answer, text: FRONTS[access.upstream].unwrapText(text) }
    : answer
}

async function opening(
  access: Access,
  response: Response,
  keepsText: boolean,
): Promise<AttemptResult> {
  if (response.body === null) return outage('truncated', response.status)
  const { unwrap, unwrapText } = FRONTS[access.upstream]
  const events = new UpstreamEvents(response.body, unwrap, keepsText ? unwrapText : null)
  const responses: GenerateContentResponse[] = []
  const texts: string[] = []
  for (;;) {
    const batch = await events.next()
    for (const event of batch.responses) responses.push(event)
    for (const text of batch.texts ?? []) texts.push(text)
    // Only the new batch is looked at: the batches before had no content and no end.
    if (batch.responses.some((event) => hasContent(event) || isFinal(event))) {
      return { ok: true, kind: 'stream', events, first: { ...batch, responses, texts } }
    }
    if (batch.fault !== null) return faultOf(access, batch.fault)
    if (batch.done) return outage('truncated', response.status)
    if (responses.length > MAX_QUIET_EVENTS) return outage('oversized', response.status)
  }
}

function readAnswer(access: Access, text: string): AttemptResult {
  let reply: unknown
  try {
    reply = parseReply(text)
  } catch {
    return outage('unreadable', 200)
  }
  const single: unknown = Array.isArray(reply) ? reply[0] : reply
  if (typeof single !== 'object' || single === null) return outage('unreadable', 200)
  if (Object.hasOwn(single, 'error')) return failed(access, readGoogleError(200, single))
  const response = FRONTS[access.upstream].unwrap(single)
  return response === undefined
    ? outage('unreadable', 200)
    : { ok: true, kind: 'unary', response: keepTyped(response) }
}

/** The error in an answer of Google's whose text has been read. */
export function errorIn({ status, headers }: Response, text: string): GoogleError {
  return parseGoogleError(status, text, headers.get('retry-after'))
}

/** The verdict on an error of Google's, with the error itself. */
export function failed({ upstream, auth }: Access, error: GoogleError): Failed {
  const verdict = classify({ upstream, scheme: auth.scheme }, error, Date.now())
  return { ok: false, verdict, status: error.httpStatus, error }
}

export function outage(reason: UpstreamFault, status: number): Failed {
  return { ok: false, verdict: { kind: 'upstream_fault', reason }, status, error: null }
}
