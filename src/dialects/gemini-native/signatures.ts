/**
 * Thought signatures of a request in Google's words. They are bytes: Google's own SDKs spell them anew, in the alphabet for URLs,
 * so one that looks unlike what Google sent is no forgery, and all that a client brings stays as it wrote it. What was lost is
 * put back from what the user's object remembers; where that knows nothing, Google's own word for none stands in, as its clients
 * write it (docs/clients.md).
 */
import { MAX_ASKED, MAX_CALL_ID } from '../../gemini/signatures.ts'
import type { Edits } from '../../json/edits.ts'
import { elementsAt, memberAt, membersAt, type Span } from '../../json/spans.ts'
import type { Target } from '../../gemini/fit/aim.ts'
import { traitsOf } from '../../gemini/models/traits.ts'
import { fieldOf, recordsOf, spanOf, textOf } from './fields.ts'

export const CALL = /"function(?:C|_c)all"/
const DUMMY = 'skip_thought_signature_validator'

/** The calls that a lease is asked about. */
export function callIdsIn(contents: unknown): readonly string[] {
  const ids = recordsOf(contents).flatMap(({ parts }) =>
    recordsOf(parts).flatMap((part) => textOf(fieldOf(part, 'functionCall'), 'id') ?? []),
  )
  return [...new Set(ids)].filter((id) => id !== '' && id.length <= MAX_CALL_ID).slice(-MAX_ASKED)
}

/** Adds what the target needs of signatures; `contents` stand in `text` at `at`. */
export function healSignatures(
  edits: Edits,
  {
    text,
    contents,
    at,
  }: { readonly text: string; readonly contents: readonly unknown[]; readonly at: Span },
  target: Target,
): void {
  const current = contents.findLastIndex(opensTurn)
  const { demandsSignatures } = traitsOf(target.model, target.upstream)
  const spans = elementsAt(text, at.start)
  for (const [index, content] of contents.entries()) {
    const span = spans[index]
    if (span === undefined || fieldOf(content, 'role') !== 'model') continue
    const parts = fieldOf(content, 'parts')
    const list = memberAt(text, span.start, 'parts')
    if (!Array.isArray(parts) || list === undefined || !parts.some(isCall)) continue
    const first = parts.findIndex(isCall)
    const isDemanded = (demandsSignatures || target.dummiesOnly === true) && index > current
    const places = elementsAt(text, list.start)
    for (const [number, part] of parts.entries()) {
      const place = places[number]
      if (place === undefined) continue
      const dummy = number === first && isDemanded ? DUMMY : undefined
      heal(edits, { text, part, place, dummy }, target)
    }
  }
}

interface Healing {
  readonly text: string
  readonly part: unknown
  readonly place: Span
  /** What stands for a signature that nobody has, where there must be one. */
  readonly dummy: string | undefined
}

function heal(
  edits: Edits,
  { text, part, place, dummy }: Healing,
  { signatures, dummiesOnly }: Target,
): void {
  const own = textOf(part, 'thoughtSignature') ?? ''
  const id = textOf(fieldOf(part, 'functionCall'), 'id') ?? ''
  const known = signatures?.get(id)
  // Of another model or front end, which alone can read it: Google refuses it here.
  const isForeign = known === null && own !== '' && own !== DUMMY
  if (own !== '' && dummiesOnly !== true && !isForeign) return
  const wanted = dummiesOnly === true ? dummy : (known ?? dummy)
  if (own === '' && wanted === undefined) return
  const written = spanOf(text, place.start, 'thoughtSignature')
  if (written === undefined) {
    edits.insert(place.start + 1, `"thoughtSignature":${JSON.stringify(wanted)},`)
  } else if (wanted !== undefined) edits.replace(written, JSON.stringify(wanted))
  else edits.replace(memberSpan(text, place.start, written), '')
}

/** The member with the comma that parts it from its neighbour. */
function memberSpan(text: string, at: number, value: Span): Span {
  const members = membersAt(text, at)
  const index = members.findIndex(({ value: { start } }) => start === value.start)
  const member = members[index]
  if (member === undefined) return value
  const next = members[index + 1]
  if (next !== undefined) return { start: member.start, end: next.start }
  return { start: members[index - 1]?.end ?? member.start, end: member.end }
}

function isCall(part: unknown): boolean {
  return fieldOf(part, 'functionCall') !== undefined
}

/** A turn begins with a user's content that answers no call. */
function opensTurn(content: unknown): boolean {
  return (
    fieldOf(content, 'role') !== 'model' &&
    recordsOf(fieldOf(content, 'parts')).every(
      (part) => fieldOf(part, 'functionResponse') === undefined,
    )
  )
}
