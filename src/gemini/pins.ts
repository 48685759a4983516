import { MINUTE_MS } from '../json/time.ts'

/**
 * Things at Google that belong to one project, so that only one credential knows them: how they are named, and how a
 * user's object records which credential it is.
 */
export type PinKind = 'file' | 'cached_content' | 'batch' | 'interaction' | 'continuation'

/** A thing as the user's object knows it. */
export interface Pin {
  readonly kind: PinKind
  /** Without the name of the collection: `abc` for `files/abc`. For a token, its SHA-256. */
  readonly id: string
}

/** A thing that a request names, and the field that names it. */
export interface PinRef extends Pin {
  /** Path such as `contents[0].parts[1].fileData.fileUri`. */
  readonly param: string
}

/** A thing that Google has just reported. */
export interface NewPin extends Pin {
  /** Epoch milliseconds. From then on Google no longer knows it. */
  readonly expiresAt: number
  /** Only of a file: its type, and the purpose that its client gave. */
  readonly mimeType?: string
  readonly purpose?: string
  /** Only of a batch that was just made: the model to which its use is charged once the answers are there. */
  readonly uncountedModel?: string
}

/** A batch whose use is not counted yet. */
export interface Uncounted {
  readonly id: string
  readonly model: string
}

/** What is known of a file without asking Google. */
export interface KnownFile {
  readonly mimeType: string | null
  readonly purpose: string | null
}

/** How long after an answer its client may still ask for the rest. */
const CONTINUES_MS = 15 * MINUTE_MS

/** The token of a long answer. Only the credential that gave the answer accepts it. */
export function continuationPins(token: string | null, now: number): readonly NewPin[] {
  return token === null ? [] : [{ kind: 'continuation', id: token, expiresAt: now + CONTINUES_MS }]
}

/** The most pins that one request may name. */
export const MAX_PINS_ASKED = 100
/** Longer than Google's own ids. */
const MAX_ID = 200

const FILE_URI =
  /^(?:https:\/\/generativelanguage\.googleapis\.com\/(?:v1|v1beta|v1alpha)\/)?files\/([\w-]+)$/
const CACHE_NAME = /^cachedContents\/([\w-]+)$/

/** The address of a file of the Files API. */
export function fileUriOf(id: string): string {
  return `https://generativelanguage.googleapis.com/v1beta/files/${id}`
}

/** Clients of OpenAI's and Anthropic's files use `file-abc`. Google's own name is accepted too. */
const CLIENTS_FILE_ID = /^(?:file-|files\/)?([\w-]+)$/

/** The id at Google for a client's `file_id`; null if it is malformed. */
export function fileIdOf(clientsId: string): string | null {
  return idIn(CLIENTS_FILE_ID, clientsId)
}

/** The id of a file of the Files API, from its address or name; null for any other address. */
export function fileIdIn(uri: string): string | null {
  return idIn(FILE_URI, uri)
}

/** The id of a cache of the Gemini API, from its name; null for any other name. */
export function cacheIdIn(name: string): string | null {
  return idIn(CACHE_NAME, name)
}

function idIn(pattern: RegExp, text: string): string | null {
  const id = pattern.exec(text)?.[1]
  return id === undefined || id.length > MAX_ID ? null : id
}
