/** Finds the media in a chat's messages and reads each at its place (docs/clients.md: Messages, Media). */
import type { Cuttings } from '../../bytes/cuttings.ts'
import type { Failure } from '../../failure/failure.ts'
import type { Attachment } from '../../gemini/media/attachment.ts'
import { readersOf } from '../../gemini/media/file-uris.ts'
import type { Part } from '../../gemini/types.ts'
import { levelOf } from '../openai/image-detail.ts'
import type { ContentPart, Media, SentMedia } from './body/content.ts'
import {
  type MediaProblem,
  type MediaSource,
  readResultSource,
  readSource,
} from '../../gemini/media/source.ts'

export type MediaRead =
  | { readonly ok: true; readonly attachments: readonly Attachment[] }
  | { readonly ok: false; readonly failure: Failure }

/**
 * Fills in the parts of all media in these messages, and lists them so that their sizes can be checked and those
 * given by address fetched. `cuttings`: what was cut out of the request's strings.
 */
export function readMedia(messages: readonly MessageWithMedia[], cuttings: Cuttings): MediaRead {
  if (!messages.some(holdsMedia)) return NO_MEDIA
  const attachments: Attachment[] = []
  for (const [at, message] of messages.entries()) {
    const { role } = message
    for (const { media, path } of mediaIn(message, `messages[${at}]`)) {
      if (role === 'system' || role === 'developer') return onlyText(role, path)
      const param = `${path}.${media.field}`
      const read = (isResult(role) ? readResultSource : readSource)(toSource(media), cuttings)
      if (!read.ok) return { ok: false, failure: failureOf(read.problem, param) }
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
  /** Only in an answer that the client sends back. */
  readonly images?: readonly ContentPart[]
}

/** Frozen messages hold no media (body/message-schema.ts). */
function holdsMedia(message: MessageWithMedia): boolean {
  if (Object.isFrozen(message)) return false
  const { content, images } = message
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

function toSource(media: SentMedia): MediaSource {
  const { kind, source, field, format, fileName, detail } = media
  return {
    kind,
    source,
    mayBeFileId: field.endsWith('.file_id'),
    format,
    fileName,
    level: levelOf(detail),
    clip: clipOf(media),
  }
}

function clipOf({ clip }: SentMedia): NonNullable<Part['videoMetadata']> | null {
  if (clip === null || clip === undefined) return null
  const { start_offset: startOffset, end_offset: endOffset, fps } = clip
  return {
    ...(startOffset ? { startOffset } : {}),
    ...(endOffset ? { endOffset } : {}),
    ...(fps ? { fps } : {}),
  }
}

function failureOf({ reason, of, what }: MediaProblem, param: string): Failure {
  if (reason === 'missing_required_parameter') {
    return { reason, message: `Missing required parameter: '${param}'.`, param }
  }
  const named = of === 'format' ? param.replace(/\.\w+$/, '.format') : param
  return { reason, message: `Invalid value: '${named}' ${what}.`, param: named }
}

function isResult(role: string): boolean {
  return role === 'tool' || role === 'function'
}

/** A function's result must contain the file itself (docs/google.md: Parts). */
function onlyHere(param: string): MediaRead & { readonly ok: false } {
  const message = `Invalid value: '${param}' is a file that Google keeps, and the result of a tool takes none; send it in a user message.`
  return { ok: false, failure: { reason: 'unsupported_value', message, param } }
}

/** Neither Google's system instruction nor OpenAI's accepts media (docs/google.md: System instruction). */
function onlyText(role: string, param: string): MediaRead & { readonly ok: false } {
  const message = `Invalid value: '${param}' is not text, and a ${role} message takes text only; send it in a user message.`
  return { ok: false, failure: { reason: 'unsupported_value', message, param } }
}
