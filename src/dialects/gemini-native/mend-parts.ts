/**
 * Google surely refuses two things in a request's contents: a pointer in a function's result that names no part
 * beside it, and a text under a media type of another kind (docs/google.md: Parts). These are rewritten so that
 * Google accepts them. Everything else stays unchanged.
 */
import { allBytes, headBytes, normalBase64 } from '../../bytes/base64.ts'
import type { Cuttings } from '../../bytes/cuttings.ts'
import { pointersIn } from '../../gemini/ask/result-object.ts'
import { canonicalType, isDoubtful } from '../../gemini/media/media-types.ts'
import { sniff } from '../../gemini/media/sniff.ts'
import { mayBeText, textIn } from '../../gemini/media/text-bytes.ts'
import { Edits } from '../../json/edits.ts'
import { memberAt, type Span } from '../../json/value-spans.ts'
import { fieldOf, listOf, recordsOf, spanOf, spansIn, textOf } from './fields.ts'

const POINTER = /"(?:\$|\\u0024)ref"/
const DATA = /"inline(?:D|_d)ata"/

interface Place {
  readonly part: Record<string, unknown>
  readonly span: Span
}

/** Returns the same text if there is nothing to rewrite, which is the usual case. */
export function withTakenParts(
  text: string,
  body: Record<string, unknown>,
  cuttings: Cuttings,
): string {
  const hasPointers = text.includes('ref"') && POINTER.test(text)
  const hasData = text.includes('"inline') && DATA.test(text)
  if (!hasPointers && !hasData) return text
  const edits = new Edits()
  for (const place of placesIn(text, body)) {
    if (hasPointers) mendPointer(edits, text, place)
    if (hasData) mendType(edits, text, place, cuttings)
  }
  return edits.in(text)
}

function placesIn(text: string, body: Record<string, unknown>): readonly Place[] {
  const list = memberAt(text, 0, 'contents')
  if (list === undefined) return []
  const contents = listOf(body['contents'])
  return spansIn(text, list).flatMap(({ start }, index) => {
    const parts = listOf(fieldOf(contents[index], 'parts'))
    const at = parts.length > 0 ? memberAt(text, start, 'parts') : undefined
    if (at === undefined) return []
    return spansIn(text, at).flatMap((span, number) => {
      const [part] = recordsOf([parts[number]])
      return part === undefined ? [] : [{ part, span }]
    })
  })
}

/** Puts the whole response into one string, which keeps its meaning. */
function mendPointer(edits: Edits, text: string, { part, span }: Place): void {
  const result = fieldOf(part, 'functionResponse')
  const beside = recordsOf(fieldOf(result, 'parts')).map((each) =>
    textOf(fieldOf(each, 'inlineData'), 'displayName'),
  )
  const pointers = pointersIn(fieldOf(result, 'response'))
  if (pointers.every((name) => typeof name === 'string' && beside.includes(name))) return
  const at = spanOf(text, span.start, 'functionResponse')
  const response = at === undefined ? undefined : memberAt(text, at.start, 'response')
  if (response === undefined) return
  const said = text.slice(response.start, response.end)
  edits.replace(response, JSON.stringify({ result: said }))
}

function mendType(edits: Edits, text: string, { part, span }: Place, cuttings: Cuttings): void {
  const blob = fieldOf(part, 'inlineData')
  const data = textOf(blob, 'data') ?? ''
  const type = textOf(blob, 'mimeType')
  const known = type === undefined ? null : canonicalType(type)
  if (type === undefined || data === '' || (known !== null && !isDoubtful(known))) return
  if (!isTextual(data, cuttings)) return
  const at = spanOf(text, span.start, 'inlineData')
  const written = at === undefined ? undefined : spanOf(text, at.start, 'mimeType')
  if (written !== undefined) edits.replace(written, '"text/plain"')
}

function isTextual(data: string, cuttings: Cuttings): boolean {
  const plain = normalBase64(data, cuttings)
  if (plain === null || plain === '') return false
  const head = headBytes(plain)
  return sniff(head) === null && mayBeText(head) && textIn(allBytes(cuttings.uncut(plain))) !== null
}
