/**
 * The types of the control plane: plain JSON, shared by the emulator and its client. The client also runs in workerd,
 * so nothing here may need Node or the DOM.
 */
import type { PresetName } from './errors/presets.ts'
import type { JsonObject } from './json.ts'

export type Upstream = 'oauth' | 'code-assist' | 'vertex' | 'gemini-api'

/** The kind of Code Assist user to whom a refresh token belongs (docs/google.md: Code Assist). */
export type Persona =
  | 'licensed'
  | 'no_project'
  | 'consumer'
  | 'validation_required'
  | 'not_onboarded'

export type FileState = 'PROCESSING' | 'ACTIVE' | 'FAILED'

export type BatchState =
  | 'BATCH_STATE_PENDING'
  | 'BATCH_STATE_RUNNING'
  | 'BATCH_STATE_SUCCEEDED'
  | 'BATCH_STATE_FAILED'
  | 'BATCH_STATE_CANCELLED'
  | 'BATCH_STATE_EXPIRED'

export interface ApiKeyInput {
  type: 'api_key'
  api_key: string
  project?: string
}

export interface AuthorizedUserInput {
  type: 'authorized_user'
  client_id: string
  client_secret: string
  refresh_token: string
  persona?: Persona
  project?: string
}

export interface ServiceAccountInput {
  type: 'service_account'
  client_email: string
  private_key_id?: string
  public_key_pem?: string
  public_jwk?: JsonObject
  project: string
}

export type CredentialInput = ApiKeyInput | AuthorizedUserInput | ServiceAccountInput

export interface PresetError {
  preset: PresetName
  /** seconds as Google writes them, e.g. `34s` or `0.539477544s` */
  retryDelay?: string
  model?: string
  project?: string
  message?: string
  /** adds the legacy `errors` list beside `status` (docs/google.md: Forms of an error) */
  legacy?: boolean
  /** forces the array form (`true`) or the object form (`false`) of an error (docs/google.md: Forms of an error) */
  array?: boolean
}

export interface RawError {
  status: number
  body?: JsonObject | unknown[] | string
  headers?: Record<string, string>
}

export type ErrorSpec = PresetName | PresetError | RawError

export interface Usage {
  promptTokenCount?: number
  cachedContentTokenCount?: number
  candidatesTokenCount?: number
  toolUsePromptTokenCount?: number
  thoughtsTokenCount?: number
  totalTokenCount?: number
}

export interface SseOptions {
  /** default `crlf`, as Google's front end writes */
  newline?: 'lf' | 'crlf' | 'cr'
  /** what one write to the socket holds: an event (default), one byte, n bytes, or everything */
  split?: 'events' | 'bytes' | 'all' | number
  /** a comment line as keep-alive before every event */
  comments?: boolean
  /** leaves out the blank line that would end the last event */
  missingFinalNewline?: boolean
}

export interface Reply {
  /** answers with this error; of the rest of the reply, only the delays count */
  error?: ErrorSpec
  text?: string
  /** thought summary, put before the text */
  thought?: string
  parts?: JsonObject[]
  /** raw GenerateContentResponse objects, one for each event; a unary call gets the first */
  chunks?: JsonObject[]
  usage?: Usage
  /** `null` leaves it out: the stream ends without a finishReason */
  finishReason?: string | null
  finishMessage?: string
  continuationToken?: string
  /** further fields of the last candidate: groundingMetadata, logprobsResult, citationMetadata, urlContextMetadata */
  candidate?: JsonObject
  /** a blocked prompt: 200 without candidates (docs/google.md: Blocked prompts) */
  blockReason?: string
  modelVersion?: string
  /** `false`: the answer gets neither thought signatures nor call ids */
  signatures?: boolean
  sse?: SseOptions
  /** delay before the headers */
  delayMs?: number
  /** delay before each event */
  chunkDelayMs?: number
  /** kills the connection after so many events; a unary body is cut in half */
  breakOffAfter?: number
  breakOffBeforeHeaders?: boolean
  /** kills the connection after so many bytes of the body */
  breakOffAtByte?: number
  /** sends nothing more after so many events, but keeps the connection */
  hangAfter?: number
  hangBeforeHeaders?: boolean
  /** sends nothing more after so many bytes, but keeps the connection */
  hangAtByte?: number
  /** is silent for `ms` after so many events, then goes on */
  pause?: { after: number; ms: number }
  /** waits before the headers until this name is released */
  hold?: string
  /** an error inside the 200 stream (docs/google.md: Forms of an error), which then ends */
  errorAfter?: { events: number; error: ErrorSpec; unprefixed?: boolean }
  /** for a token: its lifetime in seconds, both announced and kept */
  expiresIn?: number
  /** for a token: returns this new refresh token, which is valid from now on */
  rotateRefreshToken?: string
  /** for onboardUser, an uploaded file, a batch, or an interaction in the background: polls until it is done */
  polls?: number
  /** for methods other than the generate ones: the whole body of the 200 */
  body?: JsonObject
}

export interface ScriptInput {
  /** handle of a credential; absent: any */
  credential?: string
  /** the model asked for; absent: any */
  model?: string
  /** absent: generateContent and streamGenerateContent */
  method?: string
  /** how many calls it answers; default 1; 0 for any number */
  times?: number
  reply: Reply
}

export interface CallRecord {
  id: number
  at: number
  upstream: Upstream
  method: string
  path: string
  model?: string
  /** handle of the credential that authenticated the call */
  credential?: string
  project?: string
  location?: string
  /** all headers, without secrets: of authorization only the scheme is kept */
  headers: Record<string, string>
  body?: unknown
  status?: number
  /** message of the error that was answered, if any */
  error?: string
  /** stream events sent so far */
  events: number
  /** the client left before the answer was complete */
  aborted: boolean
  /** the emulator is done with the call, however it ended */
  finished: boolean
  endedAt?: number
}

export interface CallFilter {
  credential?: string
  model?: string
  method?: string
  upstream?: Upstream
  /** only the last so many */
  limit?: number
}

export interface RegisteredCredential {
  handle: string
  type: CredentialInput['type']
  project?: string
  persona?: Persona
}
