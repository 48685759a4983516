import { type Failure, LASTING, retryAfterSeconds } from '../failure/failure.ts'

/**
 * The headers by which OpenAI's and Anthropic's SDKs decide whether to ask again (docs/clients.md: Retries). They
 * repeat after 408, 409, 429 and 5xx by themselves, so a failure that lasts must tell them not to.
 */
export function retryHeadersOf(failure: Failure): Headers {
  const headers = new Headers()
  const seconds = retryAfterSeconds(failure)
  if (seconds !== undefined) {
    // Whole seconds: Zed parses only integers.
    headers.set('retry-after', String(seconds))
    // A wait of more than a minute SDKs either ignore and retry at once, or wait for in full. So they are told not to
    // retry.
    if (seconds < 60) headers.set('retry-after-ms', String(Math.ceil(failure.retryAfterMs ?? 0)))
    else headers.set('x-should-retry', 'false')
  }
  if (LASTING.has(failure.reason)) headers.set('x-should-retry', 'false')
  return headers
}
