/** Finds and reads the pictures, sounds and files of an input. */
import type { Cuttings } from '../../bytes/cuttings.ts'
import type { Failure } from '../../failure/failure.ts'
import type { Attachment } from '../../gemini/media/attachment.ts'
import { readersOf } from '../../gemini/media/file-uris.ts'
import { type MediaProblem, readResultSource, readSource } from '../../gemini/media/source.ts'
import { levelOf } from '../openai/image-detail.ts'
import type { ContentPart, Media } from './content.ts'
import type { Item } from './items.ts'

export type MediaRead =
  | { readonly ok: true; readonly attachments: readonly Attachment[] }
  | { readonly ok: false; readonly failure: Failure }

/**
 * Fills in the parts of all media in these items, and lists them so that their sizes can be checked and those given
 * by address fetched. `path` gives the path of an item.
 */
export function readMedia(
  items: readonly Item[],
  path: (at: number) => string,
  cuttings: Cuttings,
): MediaRead {
  const attachments: Attachment[] = []
  for (const [at, item] of items.entries()) {
    for (const [field, media] of mediaOf(item)) {
      const param = `${path(at)}.${field}`
      if (item.type === 'message' && (item.role === 'system' || item.role === 'developer')) {
        return onlyText(item.role, param)
      }
      const { kind, source, field: name, format, fileName, detail } = media
      const level = levelOf(detail)
      const mayBeFileId = name === 'file_id'
      const isData = name === 'result'
      const isResult = item.type.endsWith('_output')
      const given = { kind, source, mayBeFileId, isData, format, fileName, level }
      const read = (isResult ? readResultSource : readSource)(given, cuttings)
      if (!read.ok) return { ok: false, failure: failureOf(read.problem, param) }
      const uri = read.part.fileData?.fileUri
      if (isResult && uri !== undefined && readersOf(uri) !== null) return onlyHere(param)
      Object.assign(media.part, read.part)
      if (read.part.text === undefined) attachments.push(attachmentOf(media, param))
    }
  }
  return { ok: true, attachments }
}

/** The media of an item, each with its path there. */
function mediaOf(item: Item): readonly (readonly [field: string, media: Media])[] {
  switch (item.type) {
    case 'message':
    case 'agent_message':
      return mediaIn('content', item.content)
    case 'function_call_output':
    case 'custom_tool_call_output':
      return mediaIn('output', item.output)
    case 'image_generation_call':
      return item.result ? [['result', item.result]] : []
    default:
      return []
  }
}

function mediaIn(
  field: string,
  content: readonly ContentPart[],
): readonly (readonly [field: string, media: Media])[] {
  const found: (readonly [field: string, media: Media])[] = []
  for (const [index, media] of content.entries()) {
    if (typeof media !== 'string') found.push([`${field}[${index}].${media.field}`, media])
  }
  return found
}

function attachmentOf({ part, kind, fileName = null }: Media, param: string): Attachment {
  return { part, param, kind, fileName }
}

function failureOf({ reason, of, what }: MediaProblem, param: string): Failure {
  if (reason === 'missing_required_parameter') {
    return { reason, message: `Missing required parameter: '${param}'.`, param }
  }
  const named = of === 'format' ? param.replace(/\.\w+$/, '.format') : param
  return { reason, message: `Invalid value: '${named}' ${what}.`, param: named }
}

/** A function's result must contain the file itself. */
function onlyHere(param: string): MediaRead {
  const message = `Invalid value: '${param}' is a file that Google keeps, and the result of a tool takes none; send it in a user message.`
  return { ok: false, failure: { reason: 'unsupported_value', message, param } }
}

function onlyText(role: string, param: string): MediaRead {
  const message = `Invalid value: '${param}' is not text, and a ${role} message takes text only; send it in a user message.`
  return { ok: false, failure: { reason: 'unsupported_value', message, param } }
}
