/** What is left of requests and of tokens: by the tightest limit on them, be it of the minute, of the day or for good. */
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
