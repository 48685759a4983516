import { ARRAY, OBJECT } from '../../json/characters.ts'
import { fileIdIn, fileUriOf } from '../../gemini/pins.ts'
import { Edits } from '../../json/edits.ts'
import { elementsAt, memberAt, type Span } from '../../json/value-spans.ts'

/**
 * The same request with other addresses in place of these files'. Everything else stays byte for byte, above all what
 * looks like a file in a call's arguments or in a function's result: that is the model's and the client's own data.
 */
export function withFilesAt(there: ReadonlyMap<string, string>, json: string): string {
  const edits = new Edits()
  for (const file of filesIn(json)) {
    const uri = within(json, file, 'fileUri', 'file_uri')
    const value: unknown = uri && JSON.parse(json.slice(uri.start, uri.end))
    const id = typeof value === 'string' ? fileIdIn(value) : null
    const copiedId = id === null ? undefined : there.get(id)
    if (uri === undefined || copiedId === undefined) continue
    edits.replace(uri, JSON.stringify(fileUriOf(copiedId)))
  }
  return edits.in(json)
}

/** Where Google reads files: in parts of messages and of the system instruction, and in parts of functions' results. */
function filesIn(json: string): readonly Span[] {
  const body = { start: 0, end: json.length }
  const messages = [
    ...listed(json, within(json, body, 'contents')),
    ...listed(json, within(json, body, 'systemInstruction', 'system_instruction')),
  ]
  const parts = messages.flatMap((message) => partsOf(json, message))
  const results = parts.flatMap((part) => {
    const result = within(json, part, 'functionResponse', 'function_response')
    return result === undefined ? [] : partsOf(json, result)
  })
  return [...parts, ...results].flatMap((part) => within(json, part, 'fileData', 'file_data') ?? [])
}

function partsOf(json: string, holder: Span): readonly Span[] {
  return listed(json, within(json, holder, 'parts'))
}

/** The elements of a list; anything else stands for itself, as where Google takes one message for a list of one. */
function listed(json: string, span: Span | undefined): readonly Span[] {
  if (span === undefined) return []
  return json.charCodeAt(span.start) === ARRAY ? elementsAt(json, span.start) : [span]
}

function within(json: string, span: Span, ...names: readonly string[]): Span | undefined {
  return json.charCodeAt(span.start) === OBJECT ? memberAt(json, span.start, ...names) : undefined
}
