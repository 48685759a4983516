/** What OpenAI tells in `x-ratelimit-*` of requests and of tokens: the tightest limit on them, by the minute, the day or for good. */
export interface RateLimits {
  readonly requests: RateLimit | null
  readonly tokens: RateLimit | null
}

export interface RateLimit {
  readonly limit: number
  readonly remaining: number
  /** Milliseconds until it is whole again; null: not by itself. */
  readonly resetMs: number | null
}

/** The header block is OpenAI's (client-protocols §0.5). */
export function setRateLimitHeaders(headers: Headers, limits: RateLimits): void {
  for (const of of ['requests', 'tokens'] as const) {
    const left = limits[of]
    if (left === null) continue
    headers.set(`x-ratelimit-limit-${of}`, String(left.limit))
    headers.set(`x-ratelimit-remaining-${of}`, String(left.remaining))
    if (left.resetMs !== null) {
      headers.set(`x-ratelimit-reset-${of}`, `${Math.ceil(left.resetMs / 1000)}s`)
    }
  }
}
