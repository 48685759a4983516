/**
 * What a dialect is to the rest of Pollux: types alone. A family is manners; a dialect is a reading of requests and a telling of
 * answers (docs/vocabulary.md). Whoever serves a path knows these types and no dialect, and a dialect knows neither the ring
 * nor the network.
 */
import type { Cuttings } from '../bytes/cuttings.ts'
import type { Failure } from '../failure/failure.ts'
import type { RateLimits } from '../failure/rate-limits.ts'
import type { Target } from '../gemini/fit/aim.ts'
import type { Attachment } from '../gemini/media/attachment.ts'
import type { ClaudeModels } from '../gemini/models/claude.ts'
import type { Kind } from '../gemini/models/catalogue.ts'
import type { UriRef } from '../gemini/media/owned-uris.ts'
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

/** Whose manners a path has. */
export interface Family {
  readonly name: 'openai' | 'anthropic' | 'google'
  /** The whole answer to a failure: status, body, and the headers by which this family's clients decide when to ask again. */
  refuse(failure: Failure, requestId: string): Response
  /** The body of `refuse`, for where one failure is part of an answer. */
  errorBody(failure: Failure, requestId: string): object
  /** Where the family's clients look for the request's id, besides x-request-id, which every answer has. */
  readonly requestIdHeader: string | null
  /** Whether a key may stand in `?key=` of the address. */
  readonly takesKeyInQuery: boolean
  /** Tells what is left of a user's limits, in the headers that the family has for it. */
  rateLimits(headers: Headers, limits: RateLimits, nowMs: number): void
}

/** How one generating route is asked and answered. One constant object; what belongs to a request is in what it returns. */
export type Dialect = JsonDialect | FormDialect | TextDialect

export interface JsonDialect {
  /** `cut_json`: with large base64 strings cut out, where a body may hold media. */
  readonly sends: 'json' | 'cut_json'
  /** Checks the body; makes nothing for Google yet. */
  read(sent: Sent<unknown>): Read
}

export interface FormDialect {
  readonly sends: 'form'
  /** A form's file is read here. */
  read(sent: Sent<FormData>): Read
}

export interface TextDialect {
  /** `cut_json` with the text that it was parsed from: for who sends it on as it came. */
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
  /** What was cut out of the body's strings; none but for `cut_json`. */
  readonly cuttings: Cuttings
  /** Of the path's pattern, decoded. */
  readonly params: Readonly<Record<string, string>>
  readonly headers: Headers
  /** Parses the address: for who needs it. */
  query(): URLSearchParams
  readonly settings: DialectSettings
  readonly memory: Memory
}

/** The operator's settings that a dialect may know. */
export interface DialectSettings {
  readonly transcriptionModel: string
  /** Which models answer to Anthropic's names. */
  readonly claudeModels: ClaudeModels
  /** Whether anything that clients ask to be stored may be. */
  readonly storeResponses: boolean
  /** The most that one file may have, in bytes. */
  readonly maxMediaPartBytes: number
}

export interface Refused {
  readonly ok: false
  readonly failure: Failure
}

/** A body that is one of the dialect's. */
export interface Understood {
  readonly ok: true
  /** As the client asked for it, without a prefix. */
  readonly model: string
  readonly stream: boolean
  /** What serves where the name is another maker's: Google's model, unless an alias of the user's goes before. */
  readonly standIn?: string | null
  /** The client's own word for the conversation, raw: it is hashed before it goes anywhere. Null where there is none. */
  readonly conversation: string | null
  /** How many answers are wanted at the same time. */
  readonly choices: number
  /** What the model must make; null where any may serve. */
  readonly kind: Kind | null
  /** Are checked, and fetched where they are at an address, before `translate`. */
  readonly attachments: readonly Attachment[]
  translate(): Translated | Refused
}

/** A request as Google is to be asked. */
export type Translated = Translation | Written

export interface Translation {
  readonly ok: true
  /** `together`: choices of one answer, whole or streamed, for which the same request is made as often. `in_turn`: one after the other, never streamed. */
  readonly order: 'together' | 'in_turn'
  /** One for each answer that the telling gets, all for the same model. */
  readonly requests: readonly [GenerateContentRequest, ...GenerateContentRequest[]]
  readonly telling: Telling
  /** What of the request has no part in its answer, by the client's own names; `target` is null as long as nobody knows who answers. */
  readonly ignored?: (target: Target | null) => readonly string[]
}

/** One that came in Google's own words: its dialect writes it down for each target, and nobody else changes it. */
export interface Written {
  readonly ok: true
  readonly order: 'as_written'
  /** About how many tokens it will use. */
  readonly estimatedTokens: number
  /** Upstreams that cannot serve it at all, and what of it they do not take. */
  readonly unfit: readonly Upstream[]
  readonly unfitFor: readonly string[]
  /** What it names that belongs to one credential. */
  readonly pins: readonly PinRef[]
  /** What it names that Google would read with the credential's rights. */
  readonly uris: readonly UriRef[]
  /** The calls in it whose signatures are wanted. */
  readonly callIds: readonly string[]
  /** Whether an answer may say nothing at all. */
  readonly mayBeEmpty: boolean
  /** Whether nothing in it could be refused for the request's own sake. */
  readonly isPlain: boolean
  /** As JSON, with the marks of what was cut out. */
  readonly write: (under: Writing) => string
  readonly telling: Telling
}

/** Under what a request is written. */
export interface Writing {
  readonly target: Target
  /** Safety settings of user and operator, for what the request leaves open. */
  readonly safety: readonly SafetySetting[]
}

/** How the answers are told to the client: all or none. */
export interface Telling {
  /** Of as many answers as there were requests, in their order. A promise only where it has to wait for something. */
  whole(answers: readonly Answer[], context: Context): Told | Promise<Told>
  /** Made before Google has answered. `choices`: how many of them share the stream. */
  stream(context: Context, choices: number): ClientStream
}

/** Of this, dialects make the ids of their answers. */
export interface Context {
  /** `req_` and 32 hex digits. */
  readonly requestId: string
  /** When the answer was begun, in unix milliseconds. */
  readonly createdMs: number
}

/** What is known of an answer only under its lease. */
export interface Terms {
  /** As the answer names it: as the client asked for it, unless another model stood in. */
  readonly model: string
  readonly target: Target
  readonly preferences: Preferences
  /** What that much of it costs, in dollars; null where it is not known. */
  readonly costOf?: (usage: UsageMetadata | undefined) => number | null
}

export interface Answer extends Terms {
  readonly response: GenerateContentResponse
  /** The JSON that it was parsed from, where the request was written by its dialect. */
  readonly text?: string | undefined
}

export type Told =
  | {
      readonly ok: true
      readonly body: BodyInit
      readonly contentType: string
      /** For each answer, of the calls that the client is told; less where none has calls. */
      readonly signatures: readonly (readonly CallSignature[])[]
    }
  /** `at`: which of the answers is none. */
  | { readonly ok: false; readonly failure: Failure; readonly at: number }

/** One for each streamed request: it keeps its count from `early` to the last frame. */
export interface ClientStream {
  readonly contentType: string
  /** What is said once Google has been silent for long, so that the status is sent; from then on failures are told in the stream. Null: the status waits. */
  early(): string | null
  /** Tells the client nothing but that somebody is there. Each is written once: a dialect may number them. */
  keepAlive(): string
  /** The frames that tell of a failure before any choice has begun; nothing follows them. */
  fail(failure: Failure): string
  choice(index: number, terms: Terms): StreamEncoder
}

/** A dialect's side of one choice of a stream: Gemini's responses in, text for the client out. */
export interface StreamEncoder {
  /**
   * Frames for one response; empty where it says nothing to the client. `text`: the JSON that it was parsed from, where the
   * request was written by its dialect.
   */
  encode(response: GenerateContentResponse, text?: string): string
  /** The last frames. Not ok where the answer is not whole: they are an error then, never a made-up end. A promise only where it has to wait for something. */
  end(): StreamEnd | Promise<StreamEnd>
  /** The frames that tell the client of a failure. */
  fail(failure: Failure): string
  /** Of the calls that the client was told so far, where the dialect has calls. */
  readonly signatures?: readonly CallSignature[]
}

export type StreamEnd =
  | { readonly ok: true; readonly frames: string }
  | { readonly ok: false; readonly failure: Failure; readonly frames: string }
