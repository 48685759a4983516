import { forget, key } from './session.ts'

/** An error from the API, with what helps to find it in the log. */
export class ApiError extends Error {
  readonly status: number
  readonly requestId: string | null
  /** Seconds until another try makes sense; null if nobody knows. */
  readonly retryAfter: number | null

  constructor(message: string, status: number, headers: Headers | null) {
    super(message)
    this.status = status
    this.requestId = headers?.get('x-request-id') ?? null
    const after = Number(headers?.get('retry-after') ?? Number.NaN)
    this.retryAfter = Number.isFinite(after) ? after : null
  }
}

export interface Ask {
  readonly method?: string
  readonly path: string
  readonly body?: unknown
  /** An Idempotency-Key: the same for every try of one act, so that it is done only once. */
  readonly once?: string
  /** Used instead of the session's key. */
  readonly key?: string
}

/** Sends a request. The key travels only in a header, since addresses are logged. Throws ApiError. */
export async function send({ method, path, body, once, key: own }: Ask): Promise<Response> {
  const headers: Record<string, string> = { authorization: `Bearer ${own ?? key.peek() ?? ''}` }
  if (body !== undefined) headers['content-type'] = 'application/json'
  if (once !== undefined) headers['idempotency-key'] = once
  const text = body === undefined ? null : JSON.stringify(body)
  let response: Response
  try {
    response = await fetch(path, {
      method: method ?? (text === null ? 'GET' : 'POST'),
      headers,
      body: text,
      credentials: 'omit',
      cache: 'no-store',
    })
  } catch {
    throw new ApiError('The gateway does not answer. Is it running?', 0, null)
  }
  if (response.ok) return response
  const message = messageIn(await response.json().catch(() => null)) ?? `HTTP ${response.status}`
  if (response.status === 401 && own === undefined && key.peek() !== null) forget()
  throw new ApiError(message, response.status, response.headers)
}

export async function ask<T>(request: Ask): Promise<T> {
  return (await (await send(request)).json()) as T
}

function messageIn(body: unknown): string | null {
  if (typeof body !== 'object' || body === null || !('error' in body)) return null
  const { error } = body
  if (typeof error !== 'object' || error === null || !('message' in error)) return null
  return String(error.message)
}
