/** Pictures, sounds, films and files as parts of the pivot (client-protocols §1.2, E78–E80; google-upstreams §4.2). */
import { asText, type Attachment } from '../../gemini/media/attachment.ts'
import { isYouTube, readersOf } from '../../gemini/media/file-uris.ts'
import {
  canonicalType,
  FORMATS,
  isText,
  NOUNS,
  type MediaKind,
  typeOfFormat,
  typeOfName,
  unfitness,
} from '../../gemini/media/media-types.ts'
import { settledType, sniff } from '../../gemini/media/sniff.ts'
import type { Part } from '../../gemini/types.ts'
import { allBytes, headBytes, normalBase64 } from '../../bytes/base64.ts'
import type { Cuttings } from '../../bytes/cuttings.ts'
import { parseDataUrl } from '../../bytes/data-url.ts'
import type { Failure } from '../../failure/failure.ts'
import type { ContentPart, Media, MediaSource } from './body/content.ts'

type MediaResult =
  | { readonly ok: true; readonly part: Part }
  | { readonly ok: false; readonly failure: Failure }

/** What Google calls `detail` (google-upstreams §4.2). */
const LEVELS = {
  auto: null,
  low: 'MEDIA_RESOLUTION_LOW',
  high: 'MEDIA_RESOLUTION_HIGH',
  original: 'MEDIA_RESOLUTION_ULTRA_HIGH',
} as const

/** What a URL's scheme looks like; base64 has no colon. */
const ADDRESS = /^[a-z][a-z0-9+.-]*:/i

export type MediaRead =
  | { readonly ok: true; readonly attachments: readonly Attachment[] }
  | { readonly ok: false; readonly failure: Failure }

/**
 * Fills in the parts of all media in these messages, and lists them: their sizes are to be checked, and those at an address
 * fetched. `cuttings`: what was cut out of the request's strings.
 */
export function readMedia(messages: readonly MessageWithMedia[], cuttings: Cuttings): MediaRead {
  if (!messages.some(holdsMedia)) return NO_MEDIA
  const attachments: Attachment[] = []
  for (const [at, message] of messages.entries()) {
    const { role } = message
    for (const { media, path } of mediaIn(message, `messages[${at}]`)) {
      if (role === 'system' || role === 'developer') return onlyText(role, path)
      const param = `${path}.${media.field}`
      const read = readOne(media, param, cuttings)
      if (!read.ok) return read
      const uri = read.part.fileData?.fileUri
      if (isResult(role) && uri !== undefined && readersOf(uri) !== null) return onlyHere(param)
      Object.assign(media.part, read.part)
      if (read.part.text === undefined) {
        const { part, kind, fileName = null } = media
        attachments.push({ part, param, kind, fileName })
      }
    }
  }
  return { ok: true, attachments }
}

const NO_MEDIA: MediaRead = { ok: true, attachments: [] }

interface MessageWithMedia {
  readonly role: string
  readonly content: readonly ContentPart[]
  /** An answer's own. */
  readonly images?: readonly ContentPart[]
}

function holdsMedia({ content, images }: MessageWithMedia): boolean {
  return content.some(isMedia) || images?.some(isMedia) === true
}

function isMedia(part: ContentPart): boolean {
  return typeof part !== 'string'
}

function mediaIn(
  { content, images = [] }: MessageWithMedia,
  path: string,
): { media: Media; path: string }[] {
  const lists = { content, images }
  return Object.entries(lists).flatMap(([name, list]) =>
    list.flatMap((media, index) =>
      typeof media === 'string' ? [] : [{ media, path: `${path}.${name}[${index}]` }],
    ),
  )
}

function readOne(media: MediaSource, param: string, cuttings: Cuttings): MediaResult {
  const source = media.source.trimStart()
  if (source === '') {
    const message = `Missing required parameter: '${param}'.`
    return { ok: false, failure: { reason: 'missing_required_parameter', message, param } }
  }
  const format = formatOf(media)
  if (format === undefined) {
    const words = FORMATS[media.kind === 'audio' ? 'audio' : 'video'].join(', ')
    const wanted = `must be one of: ${words}, or a MIME type`
    return refuse('invalid_value', param.replace(/\.\w+$/, '.format'), wanted)
  }
  const read = readSource(media, source, { param, format, cuttings })
  if (!read.ok || read.part.text !== undefined) return read
  const level = LEVELS[media.detail ?? 'auto']
  const clip = clipOf(media)
  return {
    ok: true,
    part: {
      ...read.part,
      ...(level !== null && { mediaResolution: { level } }),
      ...(clip !== null && { videoMetadata: clip }),
    },
  }
}

/** Undefined where the client's word for it is not known. */
function formatOf({ kind, format }: MediaSource): string | null | undefined {
  if (format === null || format === undefined || format.trim() === '') return null
  if (kind === 'audio' || kind === 'video') return typeOfFormat(format, kind) ?? undefined
  return format.includes('/') ? canonicalType(format) : typeOfName(`.${format}`, kind)
}

function readSource(media: MediaSource, source: string, at: At): MediaResult {
  const dataUrl = parseDataUrl(source)
  if (dataUrl !== null) {
    const declared = { ...at, format: canonicalType(dataUrl.mimeType) ?? at.format }
    const read = dataUrl.isBase64 ? readBase64 : readEscaped
    return read(media, dataUrl.payload, declared)
  }
  if (ADDRESS.test(source)) return linkedPart(media, source.trim(), at)
  if (media.field !== 'file.file_id') return readBase64(media, source, at)
  const wanted = 'names an uploaded file, and this gateway keeps none; send it in file_data'
  return refuse('unsupported_value', at.param, wanted)
}

function readBase64(
  media: MediaSource,
  payload: string,
  { param, format, cuttings }: At,
): MediaResult {
  const { kind } = media
  const data = normalBase64(payload, cuttings)
  if (data === null) return refuse('invalid_value', param, whatIsWanted(kind))
  if (data === '') return refuse('invalid_value', param, 'holds no data')
  const declared = format ?? typeOfName(media.fileName ?? '', kind)
  // A file without a name is most often a PDF (client-protocols §1.2, E80).
  const mimeType =
    settledType(declared, sniff(headBytes(data))) ?? (kind === 'file' ? 'application/pdf' : null)
  if (mimeType === null) return refuse('invalid_value', param, `is not ${NOUNS[kind]}`)
  if (kind === 'file' && isText(mimeType)) {
    return textPart(media, allBytes(cuttings.uncut(data)), param)
  }
  const unfit = unfitness(mimeType, kind)
  if (unfit !== null) return refuse('unsupported_value', param, unfit)
  return { ok: true, part: { inlineData: { mimeType, data } } }
}

interface At {
  readonly param: string
  /** The type that the client declared, in Google's words. */
  readonly format: string | null
  readonly cuttings: Cuttings
}

/** A data URL without base64 holds percent-encoded text: right for a text file, for all else a mistake. */
function readEscaped(media: MediaSource, payload: string, { param, format }: At): MediaResult {
  const mimeType = format ?? 'text/plain'
  if (media.kind !== 'file' || !isText(mimeType)) {
    return refuse(
      'invalid_value',
      param,
      `is a data URL of ${mimeType.slice(0, 80)} without base64; send ${NOUNS[media.kind]} as data:…;base64,…`,
    )
  }
  try {
    return named(media, decodeURIComponent(payload))
  } catch {
    return refuse('invalid_value', param, 'is not well-formed percent-encoded text')
  }
}

/** A file elsewhere. Some Google reads by itself; all others must be on the web, to be fetched. */
function linkedPart(media: MediaSource, uri: string, { param, format }: At): MediaResult {
  const isWeb = /^https?:\/\//i.test(uri)
  if (readersOf(uri) === null && !isWeb) {
    const wanted = 'must be a data URL, an https URL or a gs:// URI of a file'
    return refuse('invalid_value', param, wanted)
  }
  const mimeType = format ?? typeOfUri(uri, media)
  if (mimeType !== null) return { ok: true, part: { fileData: { fileUri: uri, mimeType } } }
  return isWeb
    ? { ok: true, part: { fileData: { fileUri: uri } } }
    : refuse('invalid_value', param, 'does not tell its type; give it an extension such as .png')
}

function typeOfUri(uri: string, { kind, fileName }: MediaSource): string | null {
  if (isYouTube(uri)) return 'video/mp4'
  const [path = ''] = uri.split(/[?#]/, 1)
  return typeOfName(fileName ?? '', kind) ?? typeOfName(path, kind)
}

function textPart(media: MediaSource, bytes: Uint8Array, param: string): MediaResult {
  try {
    return named(media, new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes))
  } catch {
    return refuse('invalid_value', param, 'is said to be text, but is not in UTF-8')
  }
}

function named({ fileName = null }: MediaSource, text: string): MediaResult {
  return { ok: true, part: { text: asText(fileName, text) } }
}

function clipOf({ clip }: MediaSource): NonNullable<Part['videoMetadata']> | null {
  if (clip === null || clip === undefined) return null
  const { start_offset: startOffset, end_offset: endOffset, fps } = clip
  return {
    ...(startOffset ? { startOffset } : {}),
    ...(endOffset ? { endOffset } : {}),
    ...(fps ? { fps } : {}),
  }
}

function whatIsWanted(kind: MediaKind): string {
  return kind === 'image' || kind === 'video'
    ? 'must be a data URL with base64, or an https URL'
    : 'must be base64, or a data URL with base64'
}

function isResult(role: string): boolean {
  return role === 'tool' || role === 'function'
}

/** A function's result holds files themselves (google-upstreams §4.2). */
function onlyHere(param: string): MediaRead & { readonly ok: false } {
  const message = `Invalid value: '${param}' is a file that Google keeps, and the result of a tool takes none; send it in a user message.`
  return { ok: false, failure: { reason: 'unsupported_value', message, param } }
}

/** Google's system instruction takes no media (google-upstreams §4.3), and neither does OpenAI's. */
function onlyText(role: string, param: string): MediaRead & { readonly ok: false } {
  const message = `Invalid value: '${param}' is not text, and a ${role} message takes text only; send it in a user message.`
  return { ok: false, failure: { reason: 'unsupported_value', message, param } }
}

function refuse(
  reason: 'invalid_value' | 'unsupported_value',
  param: string,
  what: string,
): MediaResult {
  return { ok: false, failure: { reason, message: `Invalid value: '${param}' ${what}.`, param } }
}
