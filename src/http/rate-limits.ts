/** What is left of a minute's limits; the header block is OpenAI's (client-protocols §0.5). */
export interface MinuteLimits {
  readonly requests: { readonly limit: number; readonly remaining: number } | null
  readonly tokens: { readonly limit: number; readonly remaining: number } | null
  readonly resetMs: number
}

export function setRateLimitHeaders(headers: Headers, limits: MinuteLimits): void {
  for (const of of ['requests', 'tokens'] as const) {
    const left = limits[of]
    if (left === null) continue
    headers.set(`x-ratelimit-limit-${of}`, String(left.limit))
    headers.set(`x-ratelimit-remaining-${of}`, String(left.remaining))
    headers.set(`x-ratelimit-reset-${of}`, `${Math.ceil(limits.resetMs / 1000)}s`)
  }
}
