/** What `GET /v1/requests` and `GET /v1/config/users/{id}/requests` answer: ids, names, numbers and verdicts, never a prompt. Imports nothing that the page could not. */

/** One call of Google. */
export interface AttemptLine {
  readonly credential: string
  /** The model that was asked, by Google's name. */
  readonly model: string
  readonly upstream: string | null
  /** `ok`, `cancelled`, or whose fault it was: `client_fault`, `credential_fault`, `token_rejected`, `quota`, `upstream_fault`; `lost`: nothing was heard of it. */
  readonly verdict: string
  /** More of that, where there is more: of a quota its dimension, of a fault its reason. */
  readonly reason: string | null
  /** HTTP status of Google's; 0: none arrived. */
  readonly status: number
  /** Null: not known, or no call was made. */
  readonly ms: number | null
  /** Up to the first of the answer that said anything. */
  readonly first_byte_ms: number | null
}

export interface RequestEntry {
  /** Grows with each request that ended: `after` names it. */
  readonly seq: number
  /** As in the header `x-request-id`; of several choices each is a request of its own. */
  readonly request_id: string
  readonly began_at: string
  readonly ended_at: string
  /** As the client named it, and as Google served it; null: nothing did. */
  readonly model: string
  readonly served_model: string | null
  readonly outcome: 'ok' | 'failed' | 'refused' | 'cancelled' | 'lost'
  /** Of a request without an attempt: why it got none. */
  readonly reason: string | null
  readonly attempts: readonly AttemptLine[]
  readonly first_byte_ms: number | null
  readonly ms: number
  readonly prompt_tokens: number
  readonly cached_tokens: number
  readonly output_tokens: number
  readonly reasoning_tokens: number
  readonly tool_use_tokens: number
  /** Null: not known of some attempt. */
  readonly cost_usd: number | null
}

export interface RequestsAnswer {
  readonly status: 'ok'
  readonly now: string
  readonly version: string
  readonly user: string
  /** Newest first; at most 200 are kept. */
  readonly requests: readonly RequestEntry[]
  /** The newest `seq` there is: `?after=` it asks for what is newer. */
  readonly last: number
}
