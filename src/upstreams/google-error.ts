/**
 * Google's error envelope and its four disguises: an object, an array of one, an error whose message is again such JSON,
 * or no JSON at all (google-upstreams §8.1). Reading never throws: an unreadable body is an error without details.
 */
export interface GoogleError {
  readonly httpStatus: number
  /** google.rpc.Code by name, such as `RESOURCE_EXHAUSTED`; empty where the body gave none. */
  readonly status: string
  readonly message: string
  /** `reason` of the ErrorInfo, such as `API_KEY_INVALID`; empty where there is none. */
  readonly reason: string
  readonly metadata: Readonly<Record<string, string>>
  readonly quotaIds: readonly string[]
  /** `retryDelay` of the RetryInfo, as Google wrote it. */
  readonly retryDelay: string | null
}

const MAX_NESTING = 5

export function parseGoogleError(httpStatus: number, body: string): GoogleError {
  return readGoogleError(httpStatus, tryJson(body))
}

/** The same for a body that is parsed already: an error event inside a 200 stream. `httpStatus` counts where the body names no code. */
export function readGoogleError(httpStatus: number, body: unknown, depth = 0): GoogleError {
  const envelope = record(Array.isArray(body) ? body[0] : body)
  const error = record(envelope['error'] ?? envelope)
  const message = text(error['message'])
  const nested = depth < MAX_NESTING ? tryJson(message) : null
  if (record(nested)['error'] !== undefined) return readGoogleError(httpStatus, nested, depth + 1)

  const details = Array.isArray(error['details']) ? error['details'].map(record) : []
  const info = details.find((detail) => typeOf(detail) === 'ErrorInfo')
  const quota = details.find((detail) => typeOf(detail) === 'QuotaFailure')
  const retry = details.find((detail) => typeOf(detail) === 'RetryInfo')
  const violations = Array.isArray(quota?.['violations']) ? quota['violations'].map(record) : []
  const code = error['code']
  return {
    httpStatus: httpStatus === 200 && typeof code === 'number' ? code : httpStatus,
    status: text(error['status']),
    message,
    reason: text(info?.['reason']),
    metadata: strings(record(info?.['metadata'])),
    quotaIds: [
      ...violations.map((violation) => text(violation['quotaId'])),
      text(record(info?.['metadata'])['quota_limit']),
    ].filter((id) => id !== ''),
    retryDelay: retry === undefined ? null : text(retry['retryDelay']) || null,
  }
}

function typeOf(detail: Record<string, unknown>): string {
  // The key has been seen as `" @type"` too (google-upstreams §8.1).
  return (
    text(detail['@type'] ?? detail[' @type'])
      .split('.')
      .at(-1) ?? ''
  )
}

function tryJson(source: string): unknown {
  if (!/^\s*[[{]/.test(source)) return null
  try {
    return JSON.parse(source)
  } catch {
    return null // not JSON, though it begins like it: a body without details, which the status alone then classifies
  }
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function strings(values: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) =>
      typeof value === 'string' ? [[key, value]] : [],
    ),
  )
}
