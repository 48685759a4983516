/**
 * Turns pictures, sounds, films and files into parts of the pivot (docs/google.md: Parts; docs/clients.md: Messages,
 * Media).
 */
import { asText } from './attachment.ts'
import { fileIdOf, fileUriOf } from '../pins.ts'
import { isYouTube, readersOf } from './file-uris.ts'
import {
  canonicalType,
  FORMATS,
  isText,
  NOUNS,
  type MediaKind,
  typeOfFormat,
  typeOfName,
  unfitness,
} from './media-types.ts'
import { settledType, sniff } from './sniff.ts'
import { mayBeText, textIn } from './text-bytes.ts'
import type { Part } from '../types.ts'
import { allBytes, headBytes, normalBase64 } from '../../bytes/base64.ts'
import type { Cuttings } from '../../bytes/cuttings.ts'
import { parseDataUrl } from '../../bytes/data-url.ts'

/** A picture, sound, film or file as a client sends it. */
export interface MediaSource {
  readonly kind: MediaKind
  /** A data URL, an address, or base64. */
  readonly source: string
  /** If true, a source that is neither a data URL nor an address is the id of an uploaded file. */
  readonly mayBeFileId?: boolean
  /** If true, the client is asked for base64 alone, since its field is for nothing else. */
  readonly isData?: boolean
  /** The type as the client names it: a word such as `mp3`, or a MIME type. */
  readonly format?: string | null | undefined
  readonly fileName?: string | null | undefined
  /** How closely the model is to look, in Google's own word. */
  readonly level?: string | null | undefined
  readonly clip?: Part['videoMetadata'] | null | undefined
}

export interface MediaProblem {
  readonly reason: 'missing_required_parameter' | 'invalid_value' | 'unsupported_value'
  /** Which field of the source is wrong. */
  readonly of: 'source' | 'format' | 'file_id'
  /** What is wrong, to be put after the field's name; empty if the source is missing. */
  readonly what: string
}

/** `part` has text, `inlineData` or `fileData`. */
export type ReadSource =
  | { readonly ok: true; readonly part: Part }
  | { readonly ok: false; readonly problem: MediaProblem }

/** A URL begins with a scheme. Base64 has no colon. */
const ADDRESS = /^[a-z][a-z0-9+.-]*:/i

/** Reads a source into a part. `cuttings`: what was cut out of the request's strings. */
export function readSource(media: MediaSource, cuttings: Cuttings): ReadSource {
  const source = media.source.trimStart()
  if (source === '') {
    return { ok: false, problem: { reason: 'missing_required_parameter', of: 'source', what: '' } }
  }
  const format = formatOf(media)
  if (format === undefined) {
    const words = FORMATS[media.kind === 'audio' ? 'audio' : 'video'].join(', ')
    return refuse('invalid_value', `must be one of: ${words}, or a MIME type`, 'format')
  }
  const read = readAny(media, source, { format, cuttings })
  if (!read.ok || read.part.text !== undefined) return read
  const { level = null, clip = null } = media
  return {
    ok: true,
    part: {
      ...read.part,
      ...(level !== null && { mediaResolution: { level } }),
      ...(clip !== null && { videoMetadata: clip }),
    },
  }
}

/**
 * The same for what a tool returned. A file that nobody could read becomes a text that says so: the model may ask for
 * another, whereas an agent, which sends the result again with each turn, could do nothing about a refusal
 * (docs/clients.md: Messages, Media).
 */
export function readResultSource(media: MediaSource, cuttings: Cuttings): ReadSource {
  const read = readSource(media, cuttings)
  if (read.ok || read.problem.of !== 'source') return read
  const what = read.problem.what || EMPTY
  return { ok: true, part: { text: `(A file of this result ${what}. It was left out.)` } }
}

const EMPTY = 'holds no data'

/** The MIME type of the client's `format`; null if it gives none, undefined if its word is not known. */
function formatOf({ kind, format }: MediaSource): string | null | undefined {
  if (format === null || format === undefined || format.trim() === '') return null
  if (kind === 'audio' || kind === 'video') return typeOfFormat(format, kind) ?? undefined
  return format.includes('/') ? canonicalType(format) : typeOfName(`.${format}`, kind)
}

function readAny(media: MediaSource, source: string, at: At): ReadSource {
  const dataUrl = parseDataUrl(source)
  if (dataUrl !== null) {
    const declared = { ...at, format: canonicalType(dataUrl.mimeType) ?? at.format }
    const read = dataUrl.isBase64 ? readBase64 : readEscaped
    return read(media, dataUrl.payload, declared)
  }
  if (ADDRESS.test(source)) return linkedPart(media, source.trim(), at)
  if (media.mayBeFileId !== true) return readBase64(media, source, at)
  const id = fileIdOf(source.trim())
  if (id === null) return refuse('invalid_value', 'must be the id of an uploaded file', 'file_id')
  // The type is looked up before the file is sent on (routes/service/attach.ts).
  const { format } = at
  const fileData = { fileUri: fileUriOf(id), ...(format !== null && { mimeType: format }) }
  return { ok: true, part: { fileData } }
}

function readBase64(media: MediaSource, payload: string, { format, cuttings }: At): ReadSource {
  const { kind } = media
  const data = normalBase64(payload, cuttings)
  if (data === null) return refuse('invalid_value', whatIsWanted(media))
  if (data === '') return refuse('invalid_value', EMPTY)
  const head = headBytes(data)
  const seen = sniff(head)
  if (kind === 'file' && seen === null && mayBeText(head)) {
    const text = textIn(allBytes(cuttings.uncut(data)))
    if (text !== null) return named(media, text)
  }
  const declared = format ?? typeOfName(media.fileName ?? '', kind)
  // A file without a name is most often a PDF (docs/clients.md: Messages, Media).
  const mimeType = settledType(declared, seen) ?? (kind === 'file' ? 'application/pdf' : null)
  if (mimeType === null) return refuse('invalid_value', `is not ${NOUNS[kind]}`)
  if (kind === 'file' && isText(mimeType)) {
    return textPart(media, allBytes(cuttings.uncut(data)))
  }
  const unfit = unfitness(mimeType, kind)
  if (unfit !== null) return refuse('unsupported_value', unfit)
  return { ok: true, part: { inlineData: { mimeType, data } } }
}

interface At {
  /** The type that the client declared, in Google's words. */
  readonly format: string | null
  readonly cuttings: Cuttings
}

/**
 * A data URL without base64 holds percent-encoded text. That is fine for a text file, and a mistake for anything
 * else.
 */
function readEscaped(media: MediaSource, payload: string, { format }: At): ReadSource {
  const mimeType = format ?? 'text/plain'
  if (media.kind !== 'file') {
    return refuse(
      'invalid_value',
      `is a data URL of ${mimeType.slice(0, 80)} without base64; send ${NOUNS[media.kind]} as data:…;base64,…`,
    )
  }
  try {
    const text = decodeURIComponent(payload)
    return isText(mimeType) || textIn(new TextEncoder().encode(text)) !== null
      ? named(media, text)
      : refuse('invalid_value', 'is not text, and a data URL without base64 holds text')
  } catch {
    return refuse('invalid_value', 'is not well-formed percent-encoded text')
  }
}

/** A file elsewhere. Google reads some itself; any other must be on the web, so that Pollux can fetch it. */
function linkedPart(media: MediaSource, uri: string, { format }: At): ReadSource {
  const isWeb = /^https?:\/\//i.test(uri)
  if (readersOf(uri) === null && !isWeb) {
    const wanted = 'must be a data URL, an https URL or a gs:// URI of a file'
    return refuse('invalid_value', wanted)
  }
  const mimeType = format ?? typeOfUri(uri, media)
  if (mimeType !== null) return { ok: true, part: { fileData: { fileUri: uri, mimeType } } }
  return isWeb
    ? { ok: true, part: { fileData: { fileUri: uri } } }
    : refuse('invalid_value', 'does not tell its type; give it an extension such as .png')
}

function typeOfUri(uri: string, { kind, fileName }: MediaSource): string | null {
  if (isYouTube(uri)) return 'video/mp4'
  const [path = ''] = uri.split(/[?#]/, 1)
  return typeOfName(fileName ?? '', kind) ?? typeOfName(path, kind)
}

function textPart(media: MediaSource, bytes: Uint8Array): ReadSource {
  try {
    return named(media, new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes))
  } catch {
    return refuse('invalid_value', 'is said to be text, but is not in UTF-8')
  }
}

function named({ fileName = null }: MediaSource, text: string): ReadSource {
  return { ok: true, part: { text: asText(fileName, text) } }
}

function whatIsWanted({ kind, isData }: MediaSource): string {
  if (isData === true) return 'must be base64'
  return kind === 'image' || kind === 'video'
    ? 'must be a data URL with base64, or an https URL'
    : 'must be base64, or a data URL with base64'
}

function refuse(
  reason: MediaProblem['reason'],
  what: string,
  of: MediaProblem['of'] = 'source',
): ReadSource {
  return { ok: false, problem: { reason, of, what } }
}
