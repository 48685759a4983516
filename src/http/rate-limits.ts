/** What OpenAI tells in `x-ratelimit-*`: the minute's limits, what is left of them, and milliseconds until they are whole again. */
export interface RateLimits {
  readonly requests: { readonly limit: number; readonly remaining: number } | null
  readonly tokens: { readonly limit: number; readonly remaining: number } | null
  readonly resetMs: number
}

/** The header block is OpenAI's (client-protocols §0.5). */
export function setRateLimitHeaders(headers: Headers, limits: RateLimits): void {
  for (const of of ['requests', 'tokens'] as const) {
    const left = limits[of]
    if (left === null) continue
    headers.set(`x-ratelimit-limit-${of}`, String(left.limit))
    headers.set(`x-ratelimit-remaining-${of}`, String(left.remaining))
    headers.set(`x-ratelimit-reset-${of}`, `${Math.ceil(limits.resetMs / 1000)}s`)
  }
}
