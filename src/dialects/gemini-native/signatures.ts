/**
 * Thought signatures in a request of Google's own format. Google's own SDKs write them in the alphabet for URLs, so a
 * signature may look unlike the one that Google sent and still be genuine: it stays as the client wrote it. A lost
 * signature is restored from what the user's object remembers. If that knows nothing, Google's value for "there is no
 * signature" stands in, as its own clients write it (docs/clients.md).
 */
import { MAX_ASKED, MAX_CALL_ID } from '../../gemini/signatures.ts'
import type { Edits } from '../../json/edits.ts'
import { memberAt, membersAt, type Span } from '../../json/value-spans.ts'
import type { Target } from '../../gemini/fit/aim.ts'
import { traitsOf } from '../../gemini/models/traits.ts'
import { fieldOf, listOf, recordsOf, spanOf, spansIn, textOf } from './fields.ts'

export const CALL = /"function(?:C|_c)all"/
const DUMMY = 'skip_thought_signature_validator'

/** Ids of the calls that a lease looks up. */
export function callIdsIn(contents: unknown): readonly string[] {
  const ids = recordsOf(contents).flatMap(({ parts }) =>
    recordsOf(parts).flatMap((part) => textOf(fieldOf(part, 'functionCall'), 'id') ?? []),
  )
  return [...new Set(ids)].filter((id) => id !== '' && id.length <= MAX_CALL_ID).slice(-MAX_ASKED)
}

/** Adds the signatures that the target needs. `contents` is the value that stands in `text` at `at`. */
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
  const spans = spansIn(text, at)
  for (const [index, content] of contents.entries()) {
    const span = spans[index]
    if (span === undefined || fieldOf(content, 'role') !== 'model') continue
    const parts = listOf(fieldOf(content, 'parts'))
    const list = memberAt(text, span.start, 'parts')
    // Words are signed, too. Whether theirs are foreign is known only once Google has refused them.
    if (list === undefined || !(parts.some(isCall) || target.dummiesOnly === true)) continue
    const first = parts.findIndex(isCall)
    const isDemanded = (demandsSignatures || target.dummiesOnly === true) && index > current
    const places = spansIn(text, list)
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
  /** What stands in for a missing signature if Google demands one there. */
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
  // Made by another model or upstream, so Google would refuse it here.
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

/** The member, with the comma that separates it from its neighbour. */
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
