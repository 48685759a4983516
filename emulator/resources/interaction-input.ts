/** The input of an interaction as contents. It may be a text, a list of contents, or a list of steps. */
import { isObject } from '../errors/failure.ts'
import type { JsonObject } from '../json.ts'
import type { Content, Part } from '../proto/types.ts'

/** Undefined if the input has none of these forms. */
export function contentsOf(input: unknown): Content[] | undefined {
  if (typeof input === 'string') return [{ role: 'user', parts: [{ text: input }] }]
  const list = Array.isArray(input) ? input : [input]
  if (list.length === 0 || !list.every(isObject)) return undefined
  const read = list.map(readStep)
  if (read.some((content) => content === undefined)) return undefined
  return joined(read.flatMap((content) => content ?? []))
}

function readStep(step: JsonObject): Content | undefined {
  const { type, content, role } = step
  switch (type) {
    case 'user_input':
      return { role: 'user', parts: partsOf(content) }
    case 'model_output':
      return { role: 'model', parts: partsOf(content) }
    case 'thought':
      return { role: 'model', parts: [] }
    case 'function_call':
      return { role: 'model', parts: [{ functionCall: callOf(step) }] }
    case 'function_result':
      return { role: 'user', parts: [{ functionResponse: responseOf(step) }] }
    case undefined:
      // A turn: `{ role, content }`.
      return role === undefined ? undefined : { role: textOf(role), parts: partsOf(content) }
    default: {
      const part = partOf(step)
      return part && { role: 'user', parts: [part] }
    }
  }
}

function partsOf(content: unknown): Part[] {
  if (typeof content === 'string') return [{ text: content }]
  const list: unknown[] = Array.isArray(content) ? content : [content]
  return list.flatMap((item) => (isObject(item) ? (partOf(item) ?? []) : []))
}

function partOf({ type, text, data, uri, mime_type: mimeType }: JsonObject): Part | undefined {
  if (type === 'text') return { text: textOf(text) }
  if (!['image', 'audio', 'video', 'document'].includes(String(type))) return undefined
  const mime = mimeType === undefined ? {} : { mimeType: textOf(mimeType) }
  return uri === undefined
    ? { inlineData: { ...mime, data: textOf(data) } }
    : { fileData: { ...mime, fileUri: textOf(uri) } }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function callOf({ id, name, arguments: args }: JsonObject): NonNullable<Part['functionCall']> {
  return { id: String(id), name: String(name), args: isObject(args) ? args : {} }
}

function responseOf({
  call_id: id,
  name,
  result,
}: JsonObject): NonNullable<Part['functionResponse']> {
  return {
    id: String(id),
    name: String(name ?? id),
    response: isObject(result) ? result : { result },
  }
}

/** Joins neighbouring steps of the same role into one turn. */
function joined(contents: Content[]): Content[] {
  const turns: Content[] = []
  for (const { role = 'user', parts = [] } of contents) {
    const last = turns.at(-1)
    if (last?.role === role) last.parts?.push(...parts)
    else turns.push({ role, parts: [...parts] })
  }
  return turns.filter(({ parts = [] }) => parts.length > 0)
}
