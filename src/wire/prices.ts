/** What `GET /v1/config/prices` answers, and `PUT` takes. */

/** Dollars for a million tokens. */
export interface Price {
  readonly model: string
  /** Days in ISO 8601, UTC: from the first, up to but not including the second. */
  readonly from?: string
  readonly until?: string
  readonly in: number
  readonly cached: number
  /** Thoughts included. */
  readonly out: number
  /** For the whole request, if its prompt, cached tokens included, has more than 200,000 tokens. */
  readonly long?: { readonly in: number; readonly cached: number; readonly out: number }
  readonly audioIn?: number
  readonly audioCached?: number
  readonly imageIn?: number
  readonly videoIn?: number
  readonly imageOut?: number
  readonly audioOut?: number
}

export interface PriceList {
  readonly status: 'ok'
  readonly unit: 'usd_per_million_tokens'
  /** An admin's own, which go before the list. */
  readonly overrides: readonly Price[]
  /** Google's, as they were known when this version was made. */
  readonly list: readonly Price[]
}
