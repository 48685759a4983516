/** What `/debug/explain` answers. */

/** What would happen to a request for a model now, credential by credential. Has no effect. */
export interface Explanation {
  readonly model: string
  /** Google's name for the model; null if the user may not ask for it. */
  readonly resolved_model: string | null
  /** The model that would serve: the resolved one, or its fallback while that is out of quota everywhere. */
  readonly serving_model: string | null
  /** Its fallbacks, in order. */
  readonly fallbacks: readonly string[]
  readonly admission: 'ok' | 'user_disabled' | 'user_expired' | 'unknown_user' | 'key_replaced'
  readonly mode: string
  /** The credential that would be lent; null if there is none, with the reason. */
  readonly chosen: string | null
  readonly reason: string | null
  /** In the order in which a request would try them. */
  readonly credentials: readonly CredentialOutlook[]
}

export interface CredentialOutlook {
  readonly id: string
  readonly would_serve: boolean
  /** `open` and `test` would serve; the others say why not. */
  readonly standing:
    | 'open'
    | 'test'
    | 'cooling'
    | 'fault'
    | 'quarantined'
    | 'paused'
    | 'not_allowed'
    | 'not_pinned'
    | 'operation_not_served'
    | 'sealed'
  readonly until: string | null
}
