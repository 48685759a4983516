/**
 * Things of Google's that are in one project, and so are known to one credential alone: what names them, and how a user's object
 * keeps whose they are.
 */
export const PIN_KINDS = ['file', 'cached_content', 'batch', 'interaction', 'continuation'] as const
export type PinKind = (typeof PIN_KINDS)[number]

/** A thing as the user's object knows it. */
export interface Pin {
  readonly kind: PinKind
  /** Without the collection's name: `abc` of `files/abc`. Of a token its SHA-256. */
  readonly id: string
}

/** A thing that a request names, and where. */
export interface PinRef extends Pin {
  /** `contents[0].parts[1].fileData.fileUri` */
  readonly param: string
}

/** A thing that Google has told of. */
export interface NewPin extends Pin {
  /** Epoch milliseconds; from then on Google knows it no more. */
  readonly expiresAt: number
  /** Of a file: what it is, and what its client said it was for. */
  readonly mimeType?: string
  readonly purpose?: string
  /** Of a batch that was just made: the model whose use of it is to be counted when its answers are there. */
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
const CONTINUES_MS = 15 * 60_000

/** The token of a long answer, which only the credential knows that it came from. */
export function continuationPins(token: string | null, now: number): readonly NewPin[] {
  return token === null ? [] : [{ kind: 'continuation', id: token, expiresAt: now + CONTINUES_MS }]
}

/** The most that one request may name. */
export const MAX_PINS_ASKED = 100
/** Google's own ids are shorter. */
const MAX_ID = 200

const FILE_URI =
  /^(?:https:\/\/generativelanguage\.googleapis\.com\/(?:v1|v1beta|v1alpha)\/)?files\/([\w-]+)$/
const CACHE_NAME = /^cachedContents\/([\w-]+)$/

/** The address of a file of the Files API. */
export function fileUriOf(id: string): string {
  return `https://generativelanguage.googleapis.com/v1beta/files/${id}`
}

/** Clients of OpenAI's and Anthropic's files know one as `file-abc`; Google's own name for it is taken, too. */
const CLIENTS_FILE_ID = /^(?:file-|files\/)?([\w-]+)$/

/** A file's id at Google by a client's `file_id`; null where it is none. */
export function fileIdOf(clientsId: string): string | null {
  return idIn(CLIENTS_FILE_ID, clientsId)
}

/** The id of a file of the Files API by its address or name; null for any other address. */
export function fileIdIn(uri: string): string | null {
  return idIn(FILE_URI, uri)
}

/** The id of a cache of the Gemini API by its name; null for another's. */
export function cacheIdIn(name: string): string | null {
  return idIn(CACHE_NAME, name)
}

function idIn(pattern: RegExp, text: string): string | null {
  const id = pattern.exec(text)?.[1]
  return id === undefined || id.length > MAX_ID ? null : id
}
