import { parseLenient } from './lenient-json.ts'

/**
 * Google's error envelope and its disguises: an object, an array, an error whose message is again such JSON, the legacy list
 * `errors`, or no JSON at all (docs/google.md: Forms of an error). Reading never throws: an unreadable body is an error without details.
 */
export interface GoogleError {
  readonly httpStatus: number
  /** google.rpc.Code by name, such as `RESOURCE_EXHAUSTED`; empty where the body gave none. */
  readonly status: string
  readonly message: string
  /** `reason` of every ErrorInfo, such as `API_KEY_INVALID`, then those of the legacy list, such as `forbidden`. */
  readonly reasons: readonly string[]
  readonly metadata: Readonly<Record<string, string>>
  /** The quotas that the request ran into. */
  readonly quotas: readonly Quota[]
  /** `retryDelay` of the RetryInfo, as Google wrote it. */
  readonly retryDelay: string | null
  /** The `retry-after` header. Google has not been seen to send one. */
  readonly retryAfter: string | null
  /** Addresses of the Help detail, for whoever can mend what is wrong. */
  readonly links: readonly string[]
  /** HTML: a front end of Google's answered, and no API. */
  readonly isPage: boolean
}

export interface Quota {
  /** Such as `GenerateRequestsPerDayPerProjectPerModel`; empty where only other words tell which it is. */
  readonly id: string
  /** Metric, unit and description, as far as they are given. */
  readonly words: string
  readonly limit: string
}

/** As deep as Gemini CLI goes (docs/google.md: Forms of an error). */
const MAX_NESTING = 10
/** Patterns run over what is said, and some texts make them slow: it is cut before. What tells something stands at the beginning. */
const MAX_MESSAGE = 4096
const MAX_WORD = 1024
const MAX_NESTED = 65_536
const MAX_ITEMS = 50

/** google.rpc.Code by name → HTTP, for errors inside a 200 that give no number (docs/google.md: Forms of an error). */
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

/** The same for a body that is parsed already: an error event inside a 200 stream. */
export function readGoogleError(httpStatus: number, body: unknown): GoogleError {
  return { ...read(httpStatus, body, 0), retryAfter: null, isPage: false }
}

type Body = Omit<GoogleError, 'retryAfter' | 'isPage'>

function read(httpStatus: number, body: unknown, depth: number): Body {
  const error = errorIn(typeof body === 'string' ? parseLenient(body) : body)
  const legacy = records(error['errors'])
  const said = whole(error['message']) || whole(legacy[0]?.['message'])
  const message = said.slice(0, MAX_MESSAGE)
  const status = text(error['status'])
  const own = statusOf(httpStatus, error['code'], status, depth)
  const isNested = depth < MAX_NESTING && said.length <= MAX_NESTED
  const nested = isNested ? parseLenient(said) : undefined
  if (envelopeOf(nested)['error'] !== undefined) return read(own, nested, depth + 1)

  const details = records(error['details'])
  const infos = details.filter((detail) => typeOf(detail) === 'ErrorInfo')
  const metadata = strings(Object.assign({}, ...infos.map((info) => record(info['metadata']))))
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

/** HTTP's own status counts, unless it is that of a stream; an error inside an error's message is nearer to the cause. */
function statusOf(httpStatus: number, code: unknown, status: string, depth: number): number {
  if (depth === 0 && httpStatus !== 200) return httpStatus
  // Not Number(code): that throws for some objects.
  const told = typeof code === 'string' ? Number.parseInt(code, 10) : code
  if (typeof told === 'number' && Number.isInteger(told) && told >= 400 && told < 600) return told
  return HTTP_STATUSES.get(status) ?? httpStatus
}

function errorIn(body: unknown): Record<string, unknown> {
  const envelope = envelopeOf(body)
  const error = envelope['error'] ?? envelope
  // OAuth's form: `{"error": "invalid_token", "error_description": "…"}`.
  if (typeof error !== 'string') return record(error)
  return { message: whole(envelope['error_description']) || error }
}

/** In an array the error may come after parts of an answer. */
function envelopeOf(body: unknown): Record<string, unknown> {
  if (!Array.isArray(body)) return record(body)
  return record(body.find((element) => record(element)['error'] !== undefined) ?? body[0])
}

function violated(violation: Record<string, unknown>): Quota {
  return {
    id: text(violation['quotaId']),
    words: [violation['quotaMetric'], violation['description']].map(text).join(' ').trim(),
    limit: text(violation['quotaValue']),
  }
}

/** The quota of Google's older wording, which is in the ErrorInfo. */
function limitIn(metadata: GoogleError['metadata']): Quota {
  const { quota_limit: id = '', quota_metric = '', quota_unit = '' } = metadata
  return {
    id,
    words: `${quota_metric} ${quota_unit}`.trim(),
    limit: metadata['quota_limit_value'] ?? '',
  }
}

function typeOf(detail: Record<string, unknown>): string {
  // The key has been seen as `" @type"` too (docs/google.md: Forms of an error).
  const key = Object.keys(detail).find((name) => name.trim() === '@type') ?? ''
  return text(detail[key]).split('.').at(-1) ?? ''
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function records(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.slice(0, MAX_ITEMS).map(record) : []
}

function whole(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function text(value: unknown): string {
  return whole(value).slice(0, MAX_WORD)
}

function strings(values: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values)
      .slice(0, MAX_ITEMS)
      .flatMap(([key, value]) => (typeof value === 'string' ? [[key, text(value)]] : [])),
  )
}

function isSaid(word: string): boolean {
  return word !== ''
}
