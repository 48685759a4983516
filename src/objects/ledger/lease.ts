import type { CallSignature, KnownSignatures } from '../../gemini/signatures.ts'
import type { UriRef } from '../../gemini/media/owned-uris.ts'
import type { NewPin, PinRef } from '../../gemini/pins.ts'
import type { Preferences } from '../../gemini/preferences.ts'
import type { Price } from '../../gemini/models/prices.ts'
import type { TokenCounts } from '../../gemini/usage.ts'
import type { RateLimits } from '../../failure/rate-limits.ts'
import type { Access } from '../../upstreams/credential.ts'
import type { CredentialFault, Verdict } from '../../upstreams/verdict.ts'
import type { Reached } from '../config/limits.ts'
import type { Took } from './latency.ts'
import type { NoCredential, SelectRequest } from '../ring/select.ts'
import type { Admission } from '../config/user-settings.ts'
import type { Upstream } from '../../gemini/upstreams.ts'

/** The part of a lease that comes back with its settlement: enough to count it even if the object restarted meanwhile. */
export interface LeaseRef {
  readonly id: string
  readonly requestId: string
  readonly credentialId: string
  readonly model: string
  /** The model's name in the counters: its own, or `(other)` once a user has tried very many. */
  readonly countedAs: string
  /** Epoch milliseconds. */
  readonly grantedAt: number
  /** Epoch milliseconds; an attempt not settled by then is counted as lost. */
  readonly deadline: number
  /** Which version of the credential was lent, so that a late report does not judge its successor. */
  readonly credentialVersion: number
  /** Which access token was lent, so that a late refusal does not discard its successor. */
  readonly tokenSerial: number
  /** Where the credential leads; absent in reports on leases of an earlier version. */
  readonly upstream?: Upstream
}

/** The object's permission for one attempt. */
export interface Lease extends LeaseRef {
  readonly access: Access
  /** Whether a conversation has its own credential, or another because that cannot serve; null where it has none. */
  readonly affinity: 'kept' | 'moved' | null
  readonly rateLimits: RateLimits | null
  /** The model that was asked for, where this lease is for another because that is out of quota; else null. */
  readonly insteadOf: string | null
  /** Where the request named calls: what is known of their signatures. */
  readonly signatures?: KnownSignatures
  readonly preferences: Preferences
  /** The model's price, where an admin set one. */
  readonly price?: Price
  /**
   * Set where another request failed with this credential and model, in words that may have been about that request: what the
   * credential then lacks.
   */
  readonly suspected?: CredentialFault
  /** Whether decisions about other requests depend on how this attempt ends: then it is settled at once and not with others. */
  readonly isAwaited: boolean
}

export interface LeaseRequest extends SelectRequest {
  /** Which of the user's keys the client presented. */
  readonly keyDigest: string
  /** Credentials that have had their one try with a model that stood in for the one asked for. */
  readonly triedInstead?: readonly { readonly model: string; readonly credentialId: string }[]
  /** The request and its attempt: asked for again (an answer was lost on the way), the same lease is given again. */
  readonly requestId: string
  readonly attempt: number
  /** The model that serves a name of another maker's, such as claude-*, unless one of the user's aliases is that name. */
  readonly standIn?: string
  /** How long the request can wait for a token to be fetched, in milliseconds. */
  readonly patienceMs: number
  /** How long it can wait for a ring that is out of quota, in milliseconds; absent: not at all. */
  readonly quotaPatienceMs?: number
  /** About how many tokens the request will use, for limits. */
  readonly estimatedTokens: number
  /** How many of them are output, which is dearer; absent: not known. */
  readonly estimatedOutput?: number
  /** How many calls the whole request takes without retries, by upstream, where it is not one. */
  readonly calls?: Partial<Readonly<Record<Upstream, number>>>
  /** With the first of several choices: how many are asked for at the same time, each as a request of its own. */
  readonly choices?: number
  /** The calls in the conversation whose signatures are wanted; absent where there are none. */
  readonly callIds?: readonly string[]
  /** What it names that belongs to one credential; absent where there is nothing. */
  readonly pins?: readonly PinRef[]
  /** What it names that Google would read with the credential's rights; absent where there is nothing. */
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
  /** An admin keeps this user to other models. */
  | { readonly ok: false; readonly reason: 'model_not_allowed' }
  /** The model is for something else than what is asked of it. */
  | { readonly ok: false; readonly reason: 'wrong_operation' }
  | { readonly ok: false; readonly reason: 'vault_not_configured' }
  /** The ring is out of quota, but not for longer than the request can wait: it is to ask again after `inMs`, and has not ended. */
  | { readonly ok: false; readonly reason: 'out_for_a_moment'; readonly inMs: number }
  /** It names what this user may not have read with the credential's rights. */
  | { readonly ok: false; readonly reason: 'uri_not_allowed'; readonly ref: UriRef }
  /** It names things of two credentials. */
  | {
      readonly ok: false
      readonly reason: 'pinned_apart'
      readonly one: PinRef
      readonly other: PinRef
    }
  /** The one credential that knows what it names cannot serve: why, and until when (epoch ms) where that is known. */
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

/** How a request as a whole ended; attempts are another family of counters. */
export const REQUEST_OUTCOMES = ['ok', 'failed', 'refused', 'cancelled', 'lost'] as const
export type RequestOutcome = (typeof REQUEST_OUTCOMES)[number]

/** How an attempt ended, told once. */
export interface Settlement {
  readonly lease: LeaseRef
  readonly verdict: Verdict
  /** HTTP status of the upstream; 0 where none arrived. */
  readonly status: number
  readonly tokens: TokenCounts
  /** In 1e-9 dollars, by the price of the day; null: not known. Absent in reports of an earlier version, as the next two. */
  readonly costNano?: number | null
  /** Web searches that Google bills. */
  readonly searches?: number
  /** Null where no call was made. */
  readonly took?: Took | null
  /** Set where the request ends with this attempt. */
  readonly request: Exclude<RequestOutcome, 'refused' | 'lost'> | null
  /** Of the calls that the client was told; opaque to everybody but Google. */
  readonly signatures?: readonly CallSignature[]
  /** What Google told of with the answer, that this credential alone knows. */
  readonly pins?: readonly NewPin[]
}

export interface Settled {
  /** False: all that was reported had been before, and nothing changed. */
  readonly counted: boolean
}

/** What a lease is granted on. */
export interface Grant {
  readonly credentialId: string
  readonly credentialVersion: number
  readonly tokenSerial: number
  readonly model: string
  /** Where the credential leads. */
  readonly upstream: Upstream
  readonly requestId: string
  /** Which attempt of which request. */
  readonly grantedTo: string
  /** Set with the first attempt of a request, which begins the request: an estimate of its tokens, and how many calls it takes. */
  readonly begins: {
    readonly tokens: number
    readonly calls: number
    readonly costNano?: number
  } | null
}
