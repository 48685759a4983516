/**
 * What a dialect is to the rest of Pollux: types alone. A family decides how a path's errors, keys and headers look;
 * a dialect reads a path's requests and writes its answers (docs/vocabulary.md). The code that serves a path knows
 * these types and no dialect. A dialect knows neither the ring nor the network.
 */
import type { Cuttings } from '../bytes/cuttings.ts'
import type { Failure } from '../failure/failure.ts'
import type { RateLimits } from '../failure/rate-limits.ts'
import type { Target } from '../gemini/fit/aim.ts'
import type { Attachment } from '../gemini/media/attachment.ts'
import type { ClaudeModels } from '../gemini/models/claude.ts'
import type { Kind } from '../gemini/models/catalogue.ts'
import type { UriRef } from '../gemini/media/uri-ref.ts'
import type { PinRef } from '../gemini/pins.ts'
import type { Preferences } from '../gemini/preferences.ts'
import type { Memory } from './memory.ts'
import type { CallSignature } from '../gemini/signatures.ts'
import type {
  GenerateContentRequest,
  GenerateContentResponse,
  SafetySetting,
  UsageMetadata,
} from '../gemini/types.ts'
import type { Upstream } from '../gemini/upstreams.ts'

/** How a path's errors, keys and headers look. */
export interface Family {
  readonly name: 'openai' | 'anthropic' | 'google'
  /**
   * The whole answer to a failure: status, body, and the headers by which this family's clients decide when to ask
   * again.
   */
  refuse(failure: Failure, requestId: string): Response
  /** The body of `refuse`, for a failure that is only part of an answer. */
  errorBody(failure: Failure, requestId: string): object
  /**
   * The header in which the family's clients look for the request's id, besides x-request-id, which every answer has.
   */
  readonly requestIdHeader: string | null
  /** Whether a key may stand in `?key=` of the address. */
  readonly takesKeyInQuery: boolean
  /** Sets the family's headers about what is left of a user's limits. */
  rateLimits(headers: Headers, limits: RateLimits, nowMs: number): void
}

/**
 * How a generating route is asked and answered. A dialect is one constant object; whatever belongs to a request is in
 * what it returns.
 */
export type Dialect = JsonDialect | FormDialect | TextDialect

export interface JsonDialect {
  /** `cut_json`: large base64 strings are cut out of the body, for dialects whose body may hold media. */
  readonly sends: 'json' | 'cut_json'
  /** Checks the body. Nothing is translated yet. */
  read(sent: Sent<unknown>): Read
}

export interface FormDialect {
  readonly sends: 'form'
  /** Also reads the form's file. */
  read(sent: Sent<FormData>): Read
}

export interface TextDialect {
  /** As `cut_json`, with the text that the value was parsed from, for a dialect that sends the text on unchanged. */
  readonly sends: 'cut_text'
  read(sent: Sent<JsonText>): Read
}

export interface JsonText {
  /** Well-formed JSON. */
  readonly text: string
  readonly value: unknown
}

export type Read = Understood | Refused | Promise<Understood | Refused>

export interface Sent<Body> {
  readonly body: Body
  /** What was cut out of the body's strings. Empty for `json` and `form`. */
  readonly cuttings: Cuttings
  /** The parameters of the path's pattern, decoded. */
  readonly params: Readonly<Record<string, string>>
  readonly headers: Headers
  /** Parses the address's query. A function, since few dialects need it. */
  query(): URLSearchParams
  readonly settings: DialectSettings
  readonly memory: Memory
  /**
   * Parses the body again, with strings for whole numbers beyond 2^53. It holds the body's whole text in memory, so
   * it must not be kept.
   */
  readonly reread?: () => unknown
}

/** The operator's settings that a dialect may know. */
export interface DialectSettings {
  readonly transcriptionModel: string
  /** Which models answer to Anthropic's names. */
  readonly claudeModels: ClaudeModels
  /** Whether the operator lets clients have anything stored. */
  readonly storeResponses: boolean
  /** The most bytes that one file may have. */
  readonly maxMediaPartBytes: number
}

export interface Refused {
  readonly ok: false
  readonly failure: Failure
}

/** A body that the dialect accepts. */
export interface Understood {
  readonly ok: true
  /** As the client asked for it, without a prefix. */
  readonly model: string
  readonly stream: boolean
  /**
   * For a name of another maker's model: the model of Google's that serves it, unless the user has an alias of that
   * name.
   */
  readonly standIn?: string | null
  /**
   * The client's own name for the conversation, not yet hashed; null if there is none. It must be hashed before it
   * goes anywhere.
   */
  readonly conversation: string | null
  /** How many answers are wanted at the same time. */
  readonly choices: number
  /** What the model must make; null if any model may serve. */
  readonly kind: Kind | null
  /** These are checked, and fetched if given by address, before `translate` is called. */
  readonly attachments: readonly Attachment[]
  translate(): Translated | Refused
}

/** A request in the form in which Google is asked. */
export type Translated = Translation | Written

export interface Translation {
  readonly ok: true
  /**
   * `together`: choices of one answer, whole or streamed, each from a request of its own with the same content.
   * `in_turn`: one request after the other, never streamed.
   */
  readonly order: 'together' | 'in_turn'
  /** One request for each answer that the telling gets, all for the same model. */
  readonly requests: readonly [GenerateContentRequest, ...GenerateContentRequest[]]
  readonly telling: Telling
  /**
   * Whether an answer that says nothing, even when it is asked for again, is told as it is. It is an error if the dialect
   * does not say.
   */
  readonly bearsSilence?: boolean
  /**
   * Which fields have no effect on the answer, by the client's own names. `target` is null until it is known who
   * answers.
   */
  readonly ignored?: (target: Target | null) => readonly string[]
}

/** A request that came in Google's own format. Its dialect writes it for each target, and nothing else changes it. */
export interface Written {
  readonly ok: true
  readonly order: 'as_written'
  /** About how many tokens it will use, and how many of them are output. */
  readonly estimatedTokens: number
  readonly estimatedOutput: number
  /** Upstreams that cannot serve the request, and the fields that they do not accept. */
  readonly unfit: readonly Upstream[]
  readonly unfitFor: readonly string[]
  /** What it names that belongs to one credential. */
  readonly pins: readonly PinRef[]
  /** Addresses in it that Google would read with the credential's rights. */
  readonly uris: readonly UriRef[]
  /** Ids of the calls in it whose signatures are wanted. */
  readonly callIds: readonly string[]
  /** Whether an answer without any content is fine. */
  readonly mayBeEmpty: boolean
  /** Whether it names nothing that Google could object to (see gemini/plain-request.ts). */
  readonly isPlain: () => boolean
  /** Whether Google runs tools for it (see gemini/googles-tools.ts). */
  readonly usesTools: () => boolean
  /** The request as JSON, with marks for what was cut out. */
  readonly write: (under: Writing) => string
  /** As in `Translation`. */
  readonly ignored: (target: Target | null) => readonly string[]
  readonly telling: Telling
}

/** What a request is written for. */
export interface Writing {
  readonly target: Target
  /** Safety settings of user and operator, for what the request leaves open. */
  readonly safety: readonly SafetySetting[]
}

/** How the answers are told to the client: either all of them or none. */
export interface Telling {
  /**
   * Takes as many answers as there were requests, in the same order. Returns a promise only if it must wait for
   * something.
   */
  whole(answers: readonly Answer[], context: Context): Told | Promise<Told>
  /** Made before Google has answered. `choices`: how many of them share the stream. */
  stream(context: Context, choices: number): ClientStream
}

/** Dialects make the ids of their answers from this. */
export interface Context {
  /** `req_` and 32 hex digits. */
  readonly requestId: string
  /** When the answer was begun, in Unix milliseconds. */
  readonly createdMs: number
}

/** What is known of an answer only once its lease is granted. */
export interface Terms {
  /** The model that the answer names: the client's own name for it, unless another model stood in. */
  readonly model: string
  readonly target: Target
  readonly preferences: Preferences
  /** The cost of that usage in dollars; null if it is not known. */
  readonly costOf?: (usage: UsageMetadata | undefined) => number | null
}

export interface Answer extends Terms {
  readonly response: GenerateContentResponse
  /** The JSON that the response was parsed from, if the dialect wrote the request itself. */
  readonly text?: string | undefined
}

export type Told =
  | {
      readonly ok: true
      readonly body: BodyInit
      readonly contentType: string
      /**
       * For each answer, the signatures of the calls that the client receives. May be shorter or empty if there are
       * no calls.
       */
      readonly signatures: readonly (readonly CallSignature[])[]
    }
  /** `at`: index of the answer that failed. */
  | { readonly ok: false; readonly failure: Failure; readonly at: number }

/** One for each streamed request. It is stateful: a dialect may number its frames from `early` to the last. */
export interface ClientStream {
  readonly contentType: string
  /**
   * What to send when Google has been silent for long. It sends the status, so later failures are told in the stream.
   * Null: nothing is sent, and the status waits.
   */
  early(): string | null
  /**
   * A frame that only shows that the connection lives. Each one returned must be sent, since a dialect may number
   * them.
   */
  keepAlive(): string
  /** The frames for a failure before any choice has begun. They end the stream. */
  fail(failure: Failure): string
  choice(index: number, terms: Terms): StreamEncoder
}

/** A dialect's side of one choice of a stream: Gemini's responses in, text for the client out. */
export interface StreamEncoder {
  /**
   * The frames for one response; empty if it says nothing to the client. `text` is the JSON that it was parsed from,
   * if the dialect wrote the request itself.
   */
  encode(response: GenerateContentResponse, text?: string): string
  /**
   * The last frames. Not ok if the answer is incomplete: the frames then hold an error, never a made-up end. Returns
   * a promise only if it must wait for something.
   */
  end(): StreamEnd | Promise<StreamEnd>
  /** The frames that tell the client of a failure. */
  fail(failure: Failure): string
  /** Signatures of the calls that the client has received so far, if the dialect has calls. */
  readonly signatures?: readonly CallSignature[]
}

export type StreamEnd =
  | { readonly ok: true; readonly frames: string }
  | { readonly ok: false; readonly failure: Failure; readonly frames: string }
