import type { Clock } from '../clock.ts'
import type { Silence } from '../gemini/response.ts'
import type { GenerateContentResponse, UsageMetadata } from '../gemini/types.ts'
import type { Operation } from '../gemini/operations.ts'
import type { Upstream } from '../gemini/upstreams.ts'
import type { UriRef } from '../gemini/media/uri-ref.ts'
import type { NewPin, PinRef } from '../gemini/pins.ts'
import type { CallSignature } from '../gemini/signatures.ts'
import type { Failure } from '../failure/failure.ts'
import type { Lease, LeaseRequest } from '../objects/ledger/lease.ts'
import type { RateLimits } from '../failure/rate-limits.ts'
import type { Settings } from '../settings.ts'
import type { Batch, UpstreamEvents } from '../upstreams/events.ts'
import type { Ask } from '../upstreams/front.ts'
import type { Verdict } from '../upstreams/verdict.ts'
import type { AttemptInput, AttemptResult } from './attempt.ts'
import type { Client } from './client.ts'
import type { Control } from './control.ts'
import type { Wording } from './request-wording.ts'
import type { Scope } from './verdict-of.ts'

/** What every journey needs, whatever Google is asked for. */
export interface JourneyInput {
  readonly env: Env
  readonly userId: string
  /** Which of the user's keys the client presented. */
  readonly keyDigest: string
  readonly requestId: string
  /** As the client asked for it, without a prefix; the object may know it as an alias. */
  readonly model: string
  /** The model that serves a name of another maker's, such as claude-*, unless one of the user's aliases is that name. */
  readonly standIn?: string | null
  /** A hash that stands for the conversation; null if the client named none. */
  readonly session: string | null
  /** Upstreams that cannot serve this request at all; none if missing. */
  readonly unfit?: readonly Upstream[]
  /** The fields that those upstreams do not accept, if they can be named. */
  readonly unfitFor?: readonly string[]
  /** What it names that belongs to one credential. */
  readonly pins?: readonly PinRef[]
  /** What it names that Google would read with the credential's rights. */
  readonly uris?: readonly UriRef[]
  /** About how many tokens the request will use, for the user's limits. */
  readonly estimatedTokens: number
  /** How many of those tokens are output. */
  readonly estimatedOutput?: number
  readonly settings: Settings
  readonly client: Client
  readonly clock: Clock
  readonly waitUntil: (work: Promise<unknown>) => void
}

/** A journey, with what each attempt asks. That depends on the target of its lease. */
export interface ServeInput extends JourneyInput {
  readonly operation: Operation
  readonly askUnder: (lease: Lease, wording: Wording) => Ask
  /**
   * How an attempt is made, if it takes more than one call. `isRepeat`: the answer before said nothing, and is asked
   * for again.
   */
  readonly attempt?: (input: AttemptInput, isRepeat: boolean) => Promise<AttemptResult>
  /** How many calls the whole request takes, apart from retries; one if missing. Asked anew for each lease. */
  readonly calls?: () => LeaseRequest['calls']
  /** Whether the answer is a stream; absent: it may be. */
  readonly stream?: boolean
  /** How many choices are asked for at the same time. This journey is the first of them. */
  readonly choices?: number
  /** Called once, when the first lease is granted or refused. */
  readonly whenAnswered?: (isGranted: boolean) => void
  /** Whether the client continues a long answer itself, so that Pollux must not. */
  readonly isFollowed?: boolean
  /** Whether an answer may end without a word. */
  readonly mayBeEmpty?: boolean
  /** Whether an answer may end without a word if it was asked for again and still says nothing. */
  readonly bearsSilence?: boolean
  /** Ids of the calls in the conversation whose signatures are wanted. */
  readonly callIds?: readonly string[]
  /**
   * Whether copies of its files may be put in their place where their owner is out of quota. Absent: they may. What is
   * made of files names them in more places than can be rewritten, and would outlive the copies.
   */
  readonly takesCopies?: boolean
  /** How far a refusal reaches; `model` if missing. */
  readonly scope?: Scope
  /**
   * Whether the request names nothing that Google could object to; absent: it may. Asked only when that matters: two
   * plain requests that fail in the same way are held against the credential.
   */
  readonly isPlain?: () => boolean
  /** Whether Google runs tools for it; absent: none. Asked only after a 429 that names no limit. */
  readonly usesTools?: () => boolean
}

/** An attempt that has begun to answer. Whoever reads the answer must settle it. */
export interface Answering {
  readonly lease: Lease
  readonly attempts: number
  /**
   * Google's ids, as the client named them, of files that this credential reads as copies, since their owner is out
   * of quota.
   */
  readonly copied?: readonly string[]
  readonly control: Control
  /** To be called once, with how the answer ended. The report is sent even if the request is over by then. */
  readonly settle: (
    verdict: Verdict,
    usage: UsageMetadata | undefined,
    /** Signatures of the calls that the client received. */
    signatures?: readonly CallSignature[],
    /** Things that the answer named and that only this credential can reach. */
    pins?: readonly NewPin[],
  ) => void
  /**
   * To be called instead of `settle` if the request takes another call: counts this attempt as a success and goes on.
   */
  readonly next: (usage: UsageMetadata | undefined) => Promise<Generated>
}

export type Generated = Answered | NoAnswer

/** The answer has begun: it is whole, or a stream. */
export type Answered =
  | (Answering & {
      readonly ok: true
      readonly kind: 'unary'
      readonly response: GenerateContentResponse
      /** The JSON that the response was parsed from, if the dialect wrote the request. */
      readonly text?: string
    })
  | (Answering & {
      readonly ok: true
      readonly kind: 'stream'
      readonly events: UpstreamEvents
      readonly first: Batch
      /** Fetches the rest of an answer that is longer than one call may give; null if the client does that itself. */
      readonly resume: ((token: string) => Promise<AttemptResult>) | null
      /**
       * If the answer ended without a word: asks for it once more under the same lease. Null if an empty answer is
       * valid.
       */
      readonly again: ((slip: Silence) => Promise<AttemptResult>) | null
      /** Whether this answer is the repeated one already. */
      readonly isRepeat: boolean
      /** Whether the repeated answer may say nothing. */
      readonly bearsSilence: boolean
    })

/** No attempt answered, or none was made. `credentialId`: the last one that was asked; null if none was. */
export interface NoAnswer {
  readonly ok: false
  readonly failure: Failure
  readonly attempts: number
  readonly credentialId: string | null
  readonly rateLimits: RateLimits | null
}
