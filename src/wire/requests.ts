/**
 * What `GET /v1/requests` and `GET /v1/config/users/{id}/requests` answer: ids, names, numbers and verdicts, never a
 * prompt.
 */

/** One call to Google. */
export interface AttemptLine {
  readonly credential: string
  /** The model that was asked, by Google's name. */
  readonly model: string
  readonly upstream: string | null
  /**
   * `ok`, `cancelled`, or whose fault it was: `client_fault`, `credential_fault`, `token_rejected`, `quota`,
   * `upstream_fault`. `lost`: no report came.
   */
  readonly verdict: string
  /** More about the verdict, if known: the dimension of a quota, the reason of a fault. */
  readonly reason: string | null
  /** HTTP status of Google's answer; 0 if none arrived. */
  readonly status: number
  /** Null if it is not known, or if no call was made. */
  readonly ms: number | null
  /** Milliseconds until the first part of the answer that said anything. */
  readonly first_byte_ms: number | null
}

export interface RequestEntry {
  /** Grows with each request that ended; `?after=` takes it. */
  readonly seq: number
  /** As in the header `x-request-id`. If several choices were asked for, each is a request of its own. */
  readonly request_id: string
  readonly began_at: string
  readonly ended_at: string
  /** The name that the client used, then the model that served; null if none did. */
  readonly model: string
  readonly served_model: string | null
  readonly outcome: 'ok' | 'failed' | 'refused' | 'cancelled' | 'lost'
  /** If the request got no attempt: why not. */
  readonly reason: string | null
  readonly attempts: readonly AttemptLine[]
  readonly first_byte_ms: number | null
  readonly ms: number
  readonly prompt_tokens: number
  readonly cached_tokens: number
  readonly output_tokens: number
  readonly reasoning_tokens: number
  readonly tool_use_tokens: number
  /** Null if it is not known for some attempt. */
  readonly cost_usd: number | null
}

export interface RequestsAnswer {
  readonly status: 'ok'
  readonly now: string
  readonly version: string
  readonly user: string
  /** Newest first; at most 200 are kept. */
  readonly requests: readonly RequestEntry[]
  /** The newest `seq` of all. `?after=` with this value asks for what is newer. */
  readonly last: number
}
