/** What is left of requests and of tokens, by the tightest of the user's limits: per minute, per day or in total. */
export interface RateLimits {
  readonly requests: RateLimit | null
  readonly tokens: RateLimit | null
}

export interface RateLimit {
  readonly limit: number
  readonly remaining: number
  /** Milliseconds until it is full again; null if it does not fill again by itself. */
  readonly resetMs: number | null
}
