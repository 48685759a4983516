import { recordOf } from '../json/record.ts'
import { parseLenient } from './lenient-json.ts'

/**
 * An error of Google's, read from any form in which it comes: an object, an array, an error whose message is itself
 * such JSON, the legacy list `errors`, or no JSON at all (docs/google.md: Forms of an error). Reading never throws:
 * an unreadable body is an error without details.
 */
export interface GoogleError {
  readonly httpStatus: number
  /** Name of the google.rpc.Code, such as `RESOURCE_EXHAUSTED`; empty if the body has none. */
  readonly status: string
  readonly message: string
  /**
   * `reason` of every ErrorInfo, such as `API_KEY_INVALID`, then the reasons of the legacy list, such as `forbidden`.
   */
  readonly reasons: readonly string[]
  readonly metadata: Readonly<Record<string, string>>
  /** The quotas that the request ran into. */
  readonly quotas: readonly Quota[]
  /** `retryDelay` of the RetryInfo, as Google wrote it. */
  readonly retryDelay: string | null
  /** The `retry-after` header. Google has not been seen to send one. */
  readonly retryAfter: string | null
  /** Addresses from the Help detail, where somebody can mend what is wrong. */
  readonly links: readonly string[]
  /** The body is HTML: a front end of Google's answered, not an API. */
  readonly isPage: boolean
}

export interface Quota {
  /** Such as `GenerateRequestsPerDayPerProjectPerModel`; empty if only other words name the quota. */
  readonly id: string
  /** Metric, unit and description, as far as Google gives them. */
  readonly words: string
  readonly limit: string
}

/** As deep as Gemini CLI looks (docs/google.md: Forms of an error). */
const MAX_NESTING = 10
/**
 * Patterns run over the message, and some texts make them slow, so it is cut to these lengths first. What matters
 * stands at its beginning.
 */
const MAX_MESSAGE = 4096
const MAX_WORD = 1024
const MAX_NESTED = 65_536
const MAX_ITEMS = 50

/**
 * google.rpc.Code by name → HTTP status, for errors inside a 200 without a number (docs/google.md: Forms of an
 * error).
 */
const HTTP_STATUSES: ReadonlyMap<string, number> = new Map(
  Object.entries({
    INVALID_ARGUMENT: 400,
    FAILED_PRECONDITION: 400,
    OUT_OF_RANGE: 400,
    UNAUTHENTICATED: 401,
    PERMISSION_DENIED: 403,
    NOT_FOUND: 404,
    ABORTED: 409,
    ALREADY_EXISTS: 409,
    RESOURCE_EXHAUSTED: 429,
    CANCELLED: 499,
    INTERNAL: 500,
    UNKNOWN: 500,
    DATA_LOSS: 500,
    UNIMPLEMENTED: 501,
    UNAVAILABLE: 503,
    DEADLINE_EXCEEDED: 504,
  }),
)

export function parseGoogleError(
  httpStatus: number,
  body: string,
  retryAfter: string | null = null,
): GoogleError {
  const isPage = /^\s*<(!doctype\s|html\b)/i.test(body)
  return { ...read(httpStatus, parseLenient(body), 0), retryAfter, isPage }
}

/** As above, for a body that is parsed already: an error event inside a stream with status 200. */
export function readGoogleError(httpStatus: number, body: unknown): GoogleError {
  return { ...read(httpStatus, body, 0), retryAfter: null, isPage: false }
}

type Fields = Readonly<Record<string, unknown>>

type Body = Omit<GoogleError, 'retryAfter' | 'isPage'>

function read(httpStatus: number, body: unknown, depth: number): Body {
  const error = errorIn(typeof body === 'string' ? parseLenient(body) : body)
  const legacy = records(error['errors'])
  const said = whole(error['message']) || whole(legacy[0]?.['message'])
  const message = said.slice(0, MAX_MESSAGE)
  const status = text(error['status'])
  const own = statusOf(httpStatus, error['code'], status, depth)
  const isNested = depth < MAX_NESTING && said.length <= MAX_NESTED
  const nested = isNested ? parseLenient(said) : null
  if (envelopeOf(nested)['error'] !== undefined) return read(own, nested, depth + 1)

  const details = records(error['details'])
  const infos = details.filter((detail) => typeOf(detail) === 'ErrorInfo')
  const metadata = strings(Object.assign({}, ...infos.map((info) => recordOf(info['metadata']))))
  const failures = details.filter((detail) => typeOf(detail) === 'QuotaFailure')
  const retry = details.find((detail) => typeOf(detail) === 'RetryInfo')
  const helps = details.filter((detail) => typeOf(detail) === 'Help')
  return {
    httpStatus: own,
    status,
    message,
    reasons: [...infos, ...legacy].map((info) => text(info['reason'])).filter(isSaid),
    metadata,
    quotas: [
      ...failures.flatMap((failure) => records(failure['violations'])).map(violated),
      limitIn(metadata),
    ].filter(({ id, words }) => isSaid(id) || isSaid(words)),
    retryDelay: text(retry?.['retryDelay']) || null,
    links: helps
      .flatMap((help) => records(help['links']))
      .map((link) => text(link['url']))
      .filter(isSaid),
  }
}

/**
 * The HTTP status counts, unless it is the 200 of a stream. An error inside the message of another is nearer to the
 * cause, so there its own code counts.
 */
function statusOf(httpStatus: number, code: unknown, status: string, depth: number): number {
  if (depth === 0 && httpStatus !== 200) return httpStatus
  // Number(code) would throw for some objects.
  const told = typeof code === 'string' ? Number.parseInt(code, 10) : code
  if (typeof told === 'number' && Number.isInteger(told) && told >= 400 && told < 600) return told
  return HTTP_STATUSES.get(status) ?? httpStatus
}

function errorIn(body: unknown): Fields {
  const envelope = envelopeOf(body)
  const error = envelope['error'] ?? envelope
  // The form of OAuth: `{"error": "invalid_token", "error_description": "…"}`.
  if (typeof error !== 'string') return recordOf(error)
  return { message: whole(envelope['error_description']) || error }
}

/** In an array, the error may follow parts of an answer. */
function envelopeOf(body: unknown): Fields {
  if (!Array.isArray(body)) return recordOf(body)
  return recordOf(body.find((element) => recordOf(element)['error'] !== undefined) ?? body[0])
}

function violated(violation: Fields): Quota {
  return {
    id: text(violation['quotaId']),
    words: [violation['quotaMetric'], violation['description']].map(text).join(' ').trim(),
    limit: text(violation['quotaValue']),
  }
}

/** The quota as the ErrorInfo of Google's older wording names it. */
function limitIn(metadata: GoogleError['metadata']): Quota {
  const { quota_limit: id = '', quota_metric = '', quota_unit = '' } = metadata
  return {
    id,
    words: `${quota_metric} ${quota_unit}`.trim(),
    limit: metadata['quota_limit_value'] ?? '',
  }
}

function typeOf(detail: Fields): string {
  // Google has been seen to write the key as `" @type"` too (docs/google.md: Forms of an error).
  const key = Object.keys(detail).find((name) => name.trim() === '@type') ?? ''
  return text(detail[key]).split('.').at(-1) ?? ''
}

function records(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.slice(0, MAX_ITEMS).map(recordOf) : []
}

function whole(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function text(value: unknown): string {
  return whole(value).slice(0, MAX_WORD)
}

function strings(values: Fields): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values)
      .slice(0, MAX_ITEMS)
      .flatMap(([key, value]) => (typeof value === 'string' ? [[key, text(value)]] : [])),
  )
}

function isSaid(word: string): boolean {
  return word !== ''
}
