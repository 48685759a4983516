/** An error in Google's form: `google.rpc.Status` in JSON (docs/google.md: Forms of an error). */
import type { JsonObject } from '../json.ts'

export interface Failure {
  status: number
  body: JsonObject | unknown[] | string
  headers?: Record<string, string>
  /** overrides the front end's choice between the object form and the array form */
  array?: boolean
}

const STATUS_NAMES: Record<number, string> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ABORTED',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  500: 'INTERNAL',
  501: 'UNIMPLEMENTED',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
}

export function failure(code: number, message: string, details?: JsonObject[]): Failure {
  return statusFailure(code, STATUS_NAMES[code] ?? 'UNKNOWN', message, details)
}

export function statusFailure(
  code: number,
  status: string,
  message: string,
  details?: JsonObject[],
): Failure {
  return {
    status: code,
    body: { error: { code, message, status, ...(details?.length ? { details } : {}) } },
  }
}

export function invalidArgument(message: string): Failure {
  return failure(400, message)
}

export function failureMessage(failed: Failure): string {
  if (typeof failed.body === 'string' || Array.isArray(failed.body)) return `HTTP ${failed.status}`
  const { error, error_description: description } = failed.body
  if (typeof error === 'string') return `${error}: ${String(description)}`
  const message = isObject(error) ? error['message'] : undefined
  return typeof message === 'string' ? message : `HTTP ${failed.status}`
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const TYPE = 'type.googleapis.com/google.rpc'

export function errorInfo(reason: string, domain: string, metadata?: JsonObject): JsonObject {
  return { '@type': `${TYPE}.ErrorInfo`, reason, domain, ...(metadata ? { metadata } : {}) }
}

export function retryInfo(retryDelay: string): JsonObject {
  return { '@type': `${TYPE}.RetryInfo`, retryDelay }
}

export function help(...links: { description: string; url: string }[]): JsonObject {
  return { '@type': `${TYPE}.Help`, links }
}

export function localizedMessage(message: string): JsonObject {
  return { '@type': `${TYPE}.LocalizedMessage`, locale: 'en-US', message }
}

export function badRequest(fieldViolations: JsonObject[]): JsonObject {
  return { '@type': `${TYPE}.BadRequest`, fieldViolations }
}

export function quotaFailure(violation: JsonObject): JsonObject {
  return { '@type': `${TYPE}.QuotaFailure`, violations: [violation] }
}
