import type { CallSignature, KnownSignatures } from '../../gemini/signatures.ts'
import type { UriRef } from '../../gemini/media/uri-ref.ts'
import type { NewPin, PinRef } from '../../gemini/pins.ts'
import type { Preferences } from '../../gemini/preferences.ts'
import type { Price } from '../../wire/prices.ts'
import type { TokenCounts } from '../../gemini/usage.ts'
import type { RateLimits } from '../../failure/rate-limits.ts'
import type { Access } from '../../upstreams/credential.ts'
import type { CredentialFault, Verdict } from '../../upstreams/verdict.ts'
import type { Reached } from '../config/limits.ts'
import type { Took } from './latency.ts'
import type { NoCredential, SelectRequest } from '../ring/select.ts'
import type { Admission } from '../config/user-settings.ts'
import type { Upstream } from '../../gemini/upstreams.ts'

/** The part of a lease that returns with its settlement: enough to count it even if the object restarted meanwhile. */
export interface LeaseRef {
  readonly id: string
  readonly requestId: string
  readonly credentialId: string
  readonly model: string
  /** The name under which the model is counted: its own, or `(other)` if the user has tried very many. */
  readonly countedAs: string
  /** Epoch milliseconds. */
  readonly grantedAt: number
  /** Epoch milliseconds. An attempt that is not settled by then counts as lost. */
  readonly deadline: number
  /** The version of the credential that was lent, so that a late report does not hit its successor. */
  readonly credentialVersion: number
  /** The access token that was lent, so that a late refusal does not discard its successor. */
  readonly tokenSerial: number
  /** The credential's upstream; absent in reports on leases of an earlier version. */
  readonly upstream?: Upstream
  /**
   * How many calls the limits counted when it was granted; 0 for a further attempt. Absent in reports on leases of an
   * earlier version.
   */
  readonly calls?: number
}

/** The object's permission for one attempt. */
export interface Lease extends LeaseRef {
  readonly access: Access
  /**
   * Whether a conversation is on its own credential (`kept`) or on another because its own cannot serve (`moved`);
   * null if it has none.
   */
  readonly affinity: 'kept' | 'moved' | null
  readonly rateLimits: RateLimits | null
  /** The model that was asked for, if this lease is for another because that is out of quota; otherwise null. */
  readonly insteadOf: string | null
  /** What is known of the signatures of the calls that the request named; absent if it named none. */
  readonly signatures?: KnownSignatures
  readonly preferences: Preferences
  /** The model's price, if an admin set one. */
  readonly price?: Price
  /**
   * Set if another request failed with this credential and model in words that may have been about that request: what
   * may be wrong with the credential.
   */
  readonly suspected?: CredentialFault
  /**
   * Whether decisions about other requests depend on how this attempt ends. If so, it must be settled at once and not
   * together with others.
   */
  readonly isAwaited: boolean
}

export interface LeaseRequest extends SelectRequest {
  /** Which of the user's keys the client presented. */
  readonly keyDigest: string
  /** Credentials that were already tried with a model that stands in for the one asked for. */
  readonly triedInstead?: readonly { readonly model: string; readonly credentialId: string }[]
  /**
   * The request and the number of its attempt. If the answer was lost and the same attempt is asked for again, it
   * gets the same lease.
   */
  readonly requestId: string
  readonly attempt: number
  /** The model that serves a name of another maker's, such as claude-*, unless one of the user's aliases is that name. */
  readonly standIn?: string
  /** How long the request can wait for a token to be fetched, in milliseconds. */
  readonly patienceMs: number
  /** How long the request can wait for a ring that is out of quota, in milliseconds; absent: not at all. */
  readonly quotaPatienceMs?: number
  /** Set if the request can wait so long for another try where it has tried every credential. */
  readonly gapMs?: number
  /** About how many tokens the request will use, for limits. */
  readonly estimatedTokens: number
  /** How many of those tokens are output, which costs more; absent: not known. */
  readonly estimatedOutput?: number
  /** How many calls the whole request takes, without retries, by upstream; absent: one. */
  readonly calls?: Partial<Readonly<Record<Upstream, number>>>
  /** Set for the first of several choices: how many are asked for at the same time. Each is a request of its own. */
  readonly choices?: number
  /** Ids of the calls in the conversation whose signatures are wanted; absent if there are none. */
  readonly callIds?: readonly string[]
  /** What it names that belongs to one credential; absent if there is nothing. */
  readonly pins?: readonly PinRef[]
  /**
   * Set if another credential may serve it where the owner of its files is out of quota. That refusal does not end the
   * request: the Worker asks again, with other terms.
   */
  readonly mayMove?: true
  /** Addresses that Google would read with the credential's rights; absent if there are none. */
  readonly uris?: readonly UriRef[]
}

export type LeaseResult =
  | { readonly ok: true; readonly lease: Lease }
  | NoCredential
  | { readonly ok: false; readonly reason: Exclude<Admission, 'ok'> }
  /** A limit of the user's is reached. */
  | (Reached & {
      readonly ok: false
      readonly reason: 'limit_reached'
      readonly rateLimits: RateLimits | null
    })
  /** An admin allows this user only other models. */
  | { readonly ok: false; readonly reason: 'model_not_allowed' }
  /** The model is made for something else than what is asked of it. */
  | { readonly ok: false; readonly reason: 'wrong_operation' }
  | { readonly ok: false; readonly reason: 'vault_not_configured' }
  /**
   * The ring is out of quota, but not for longer than the request can wait. The request has not ended: it should ask
   * again after `inMs`.
   */
  | { readonly ok: false; readonly reason: 'out_for_a_moment'; readonly inMs: number }
  /** It names an address that this user may not have read with the credential's rights. */
  | { readonly ok: false; readonly reason: 'uri_not_allowed'; readonly ref: UriRef }
  /** It names things of two credentials. */
  | {
      readonly ok: false
      readonly reason: 'pinned_apart'
      readonly one: PinRef
      readonly other: PinRef
    }
  /**
   * The one credential that knows what the request names cannot serve: why, and until when (epoch milliseconds) if
   * that is known.
   */
  | {
      readonly ok: false
      readonly reason: 'pinned_away'
      readonly ref: PinRef
      readonly why: 'quota' | 'paused' | 'unusable' | 'model'
      readonly retryAt: number | null
    }
  /** Google's token endpoint does not answer; `retryAt` in epoch milliseconds. */
  | { readonly ok: false; readonly reason: 'token_unavailable'; readonly retryAt: number }

export type Refusal = Extract<LeaseResult, { ok: false }>

/** How a request as a whole ended. Attempts are counted separately. */
export const REQUEST_OUTCOMES = ['ok', 'failed', 'refused', 'cancelled', 'lost'] as const
export type RequestOutcome = (typeof REQUEST_OUTCOMES)[number]

/** How an attempt ended. Reported once. */
export interface Settlement {
  readonly lease: LeaseRef
  readonly verdict: Verdict
  /** HTTP status of the upstream; 0 if none arrived. */
  readonly status: number
  readonly tokens: TokenCounts
  /**
   * In 1e-9 dollars, by the price of the day; null: not known. This and the next two are absent in reports of an
   * earlier version.
   */
  readonly costNano?: number | null
  /** Web searches that Google bills. */
  readonly searches?: number
  /** Null if no call was made. */
  readonly took?: Took | null
  /** Set if the request ends with this attempt. */
  readonly request: Exclude<RequestOutcome, 'refused' | 'lost'> | null
  /** Signatures of the calls that the client received. Only Google can read them. */
  readonly signatures?: readonly CallSignature[]
  /** Things that the answer named and that only this credential knows. */
  readonly pins?: readonly NewPin[]
}

export interface Settled {
  /** False: everything had been reported before, and nothing changed. */
  readonly counted: boolean
}

/** The terms of a lease. */
export interface Grant {
  readonly credentialId: string
  readonly credentialVersion: number
  readonly tokenSerial: number
  readonly model: string
  /** The credential's upstream. */
  readonly upstream: Upstream
  readonly requestId: string
  /** Which attempt of which request. */
  readonly grantedTo: string
  /** How many calls the limits count for this lease, or counted for it in advance; absent: none. */
  readonly calls?: number
  /**
   * Set for the first attempt of a request, which begins the request: an estimate of its tokens, and how many calls
   * it takes.
   */
  readonly begins: {
    readonly tokens: number
    readonly calls: number
    readonly costNano?: number
  } | null
}
