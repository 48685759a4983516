/**
 * Turns what a user's message, a system text or a tool's result says, a string or a list of blocks, into Gemini's
 * parts.
 */
import type { MediaKind } from '../../../gemini/media/media-types.ts'
import { readResultSource, readSource } from '../../../gemini/media/source.ts'
import type { Part } from '../../../gemini/types.ts'
import { frozen, onceForFrozen } from '../../../json/frozen.ts'
import { isRecord } from '../../../json/record.ts'
import { type Reading, REQUIRED } from './reading.ts'

export type Block = Readonly<Record<string, unknown>>

/** Visits the blocks of a content, each with its path. A string counts as one block of text. */
export function eachBlock(
  content: unknown,
  path: string,
  reading: Reading,
  visit: (block: Block, path: string) => void,
): void {
  if (content === undefined || content === null) return
  if (typeof content === 'string') return visit({ type: 'text', text: content }, path)
  if (!Array.isArray(content)) {
    return reading.refuse(path, 'must be a string or a list of blocks', 'invalid_type')
  }
  let at = 0
  for (const block of content as readonly unknown[]) {
    const here = `${path}.${at++}`
    if (isRecord(block)) visit(block, here)
    else if (typeof block === 'string') visit({ type: 'text', text: block }, here)
    else reading.refuse(here, 'must be an object', 'invalid_type')
  }
}

export function toParts(content: unknown, path: string, reading: Reading): Part[] {
  const parts: Part[] = []
  eachBlock(content, path, reading, (block, here) => addParts(parts, block, here, reading))
  return parts
}

/** The content of a frozen message or block that holds nothing but texts, read once; null for any other content. */
export const frozenWords = onceForFrozen((owner) =>
  Object.isFrozen(owner) ? frozen(wordsIn((owner as Block)['content'])) : null,
)

function wordsIn(content: unknown): readonly Part[] | null {
  if (typeof content === 'string') return content === '' ? [] : [{ text: content }]
  if (!Array.isArray(content)) return null
  const parts: Part[] = []
  for (const block of content as readonly unknown[]) {
    const text = isRecord(block) && block['type'] === 'text' ? block['text'] : null
    if (typeof text !== 'string') return null
    if (text !== '') parts.push({ text })
  }
  return parts
}

/**
 * Adds what a block says. A block of unknown kind is refused: without it, the model would miss something that the
 * client meant it to read.
 */
export function addParts(parts: Part[], block: Block, path: string, reading: Reading): void {
  switch (block['type']) {
    case 'text':
      return addText(parts, block['text'], `${path}.text`, reading)
    case 'compaction':
      // Null where the summary failed; what was said before is all there then.
      if (block['content'] === undefined || block['content'] === null) return
      return addText(parts, block['content'], `${path}.content`, reading)
    case 'image':
      return addMedia(parts, block['source'], { kind: 'image', path: `${path}.source` }, reading)
    case 'document':
      return addDocument(parts, block, path, reading)
    case 'search_result':
      return addSearchResult(parts, block, path, reading)
    case 'tool_reference':
      if (typeof block['tool_name'] === 'string') {
        parts.push({ text: `Tool ${block['tool_name']} is loaded.` })
      }
      return
    case 'thinking':
    case 'redacted_thinking':
      return // only the model's own messages have thoughts that Google could use
    default:
      return reading.refuse(`${path}.type`, unknownKind(block), 'unsupported_value')
  }
}

function unknownKind({ type }: Block): string {
  if (type === undefined || type === null) return REQUIRED
  return typeof type === 'string' && /^\w{1,60}$/.test(type)
    ? `blocks of type ${type} are not taken here`
    : 'is no type of block'
}

function addText(parts: Part[], text: unknown, path: string, reading: Reading): void {
  if (typeof text !== 'string') return reading.refuseType(path, text, 'a string')
  if (text !== '') parts.push({ text })
}

/** Gemini cites what it finds on the web, and nothing that it is shown. */
function readCitations({ citations }: Block, reading: Reading): void {
  if (isRecord(citations) && citations['enabled'] === true) {
    reading.unread.add('messages.content.citations')
  }
}

/** A document's title and context stand before it. */
function addDocument(parts: Part[], block: Block, path: string, reading: Reading): void {
  readCitations(block, reading)
  const { title, context, source } = block
  const heading = [title, context].filter((line) => typeof line === 'string' && line !== '')
  if (heading.length > 0) parts.push({ text: heading.join('\n') })
  const where = `${path}.source`
  const kind = isRecord(source) ? source['type'] : undefined
  if (isRecord(source) && kind === 'text') {
    return addText(parts, source['data'], `${where}.data`, reading)
  }
  if (isRecord(source) && kind === 'content') {
    const inner = toParts(source['content'], `${where}.content`, reading)
    for (const part of inner) parts.push(part)
    return
  }
  const fileName = typeof title === 'string' ? title : null
  addMedia(parts, source, { kind: 'file', path: where, fileName }, reading)
}

function addSearchResult(parts: Part[], block: Block, path: string, reading: Reading): void {
  readCitations(block, reading)
  const heading = [block['title'], block['source']].filter((line) => typeof line === 'string')
  if (heading.length > 0) parts.push({ text: heading.join('\n') })
  for (const part of toParts(block['content'], `${path}.content`, reading)) parts.push(part)
}

/** The field of a source that holds its data, by kind of source. */
const FIELDS: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  ['base64', 'data'],
  ['url', 'url'],
  ['file', 'file_id'],
])

interface Place {
  readonly kind: MediaKind
  readonly path: string
  readonly fileName?: string | null
}

function addMedia(parts: Part[], source: unknown, place: Place, reading: Reading): void {
  const { kind, path, fileName = null } = place
  if (!isRecord(source)) return reading.refuseType(path, source, 'an object')
  const field = FIELDS.get(source['type'])
  if (field === undefined) {
    return reading.refuse(`${path}.type`, 'must be base64, url or file', 'unsupported_value')
  }
  const given = source[field]
  const param = `${path}.${field}`
  if (typeof given !== 'string') return reading.refuseType(param, given, 'a string')
  const type = source['media_type']
  const format = typeof type === 'string' ? type : null
  const read = (reading.isResult ? readResultSource : readSource)(
    {
      kind,
      source: given,
      mayBeFileId: field === 'file_id',
      isData: field === 'data',
      format,
      fileName,
    },
    reading.cuttings,
  )
  if (!read.ok) {
    const { of, reason, what } = read.problem
    const named = of === 'format' ? `${path}.media_type` : param
    return reading.refuse(named, what === '' ? REQUIRED : what, reason)
  }
  parts.push(read.part)
  if (read.part.text === undefined) {
    reading.attachments.push({ part: read.part, param, kind, fileName })
  }
}
