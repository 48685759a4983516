import { type Failure, LASTING, retryAfterSeconds } from '../failure/failure.ts'

/**
 * The headers by which OpenAI's and Anthropic's SDKs decide whether to ask again (docs/clients.md: Retries). They retry 408, 409, 429
 * and 5xx by themselves, so whatever lasts must tell them not to.
 */
export function retryHeadersOf(failure: Failure): Headers {
  const headers = new Headers()
  const seconds = retryAfterSeconds(failure)
  if (seconds !== undefined) {
    // Whole seconds: Zed parses integers only.
    headers.set('retry-after', String(seconds))
    // Above a minute SDKs ignore it and retry at once, or wait all of it out; so they are told not to.
    if (seconds < 60) headers.set('retry-after-ms', String(Math.ceil(failure.retryAfterMs ?? 0)))
    else headers.set('x-should-retry', 'false')
  }
  if (LASTING.has(failure.reason)) headers.set('x-should-retry', 'false')
  return headers
}
