import { categoryNamed, countsAlike } from '../../gemini/safety.ts'
import type { SafetySetting } from '../../gemini/types.ts'
import type { Upstream } from '../../gemini/upstreams.ts'
import { Edits } from '../../json/edits.ts'
import { isRecord } from '../../json/record.ts'
import { memberAt, membersAt, type Span } from '../../json/value-spans.ts'
import type { Writing } from '../dialect.ts'
import { fieldOf, listOf, recordsOf, spanOf, spansIn } from './fields.ts'
import { fitted, isAsMeant } from './pivot.ts'
import { CALL, healSignatures } from './signatures.ts'

/** A request as its client wrote it. */
export interface Original {
  /** The model that it was written for. */
  readonly model: string
  readonly text: string
  readonly body: Record<string, unknown>
}

/**
 * The request for one target: the client's own JSON, byte for byte, except for what the target would refuse and what
 * the user's admin decided. Unknown fields stay: Google refuses them in words that the client can read.
 */
export function write({ model, text, body }: Original, { target, safety }: Writing): string {
  const edits = new Edits()
  addSafety(edits, text, body, safety)
  nameCategories(edits, text, body, target.upstream)
  const contents = listOf(body['contents'])
  const at = contents.length > 0 ? memberAt(text, 0, 'contents') : undefined
  if (at !== undefined) {
    const heals = target.dummiesOnly === true || CALL.test(text)
    if (heals) healSignatures(edits, { text, contents, at }, target)
    // These two demand a role where the Gemini API guesses it.
    if (target.upstream !== 'gemini-api') addRoles(edits, text, at, contents)
  }
  const written = edits.in(text)
  return isAsMeant(model, target) ? written : fitted(written, target)
}

function addRoles(edits: Edits, text: string, at: Span, contents: readonly unknown[]): void {
  if (contents.every((content) => fieldOf(content, 'role') !== undefined)) return
  const spans = spansIn(text, at)
  for (const [index, content] of contents.entries()) {
    const span = spans[index]
    if (span === undefined || !isRecord(content) || Object.hasOwn(content, 'role')) continue
    const isEmpty = Object.keys(content).length === 0
    edits.insert(span.start + 1, isEmpty ? '"role":"user"' : '"role":"user",')
  }
}

/** Settings that the request itself has take precedence. */
function addSafety(
  edits: Edits,
  text: string,
  body: Record<string, unknown>,
  safety: readonly SafetySetting[],
): void {
  if (safety.length === 0) return
  const asked = fieldOf(body, 'safetySettings')
  const own = recordsOf(asked).map((setting) => categoryNamed(fieldOf(setting, 'category')))
  const added = safety.filter(({ category }) => !own.includes(category))
  if (added.length === 0 || (asked !== undefined && !Array.isArray(asked) && !isRecord(asked)))
    return
  const written = added.map((setting) => JSON.stringify(setting)).join(',')
  const list = spanOf(text, 0, 'safetySettings')
  if (list !== undefined) {
    if (isRecord(asked)) {
      edits.insert(list.start, `[${written},`)
      edits.insert(list.end, ']')
    } else edits.insert(list.start + 1, asked?.length === 0 ? written : `${written},`)
    return
  }
  const [first] = membersAt(text, 0)
  const member = `"safetySettings":[${written}]`
  if (first === undefined) edits.insert(text.indexOf('{') + 1, member)
  else edits.insert(first.start, `${member},`)
}

/** The front ends count the categories differently, so a number becomes a name where it would mean another. */
function nameCategories(
  edits: Edits,
  text: string,
  body: Record<string, unknown>,
  upstream: Upstream,
): void {
  const settings = listOf(fieldOf(body, 'safetySettings'))
  const list = settings.length > 0 ? spanOf(text, 0, 'safetySettings') : undefined
  if (list === undefined) return
  for (const [index, { start }] of spansIn(text, list).entries()) {
    const number = fieldOf(settings[index], 'category')
    if (typeof number !== 'number' || countsAlike(number, upstream)) continue
    const name = categoryNamed(number)
    const span = name === undefined ? undefined : spanOf(text, start, 'category')
    if (span !== undefined) edits.replace(span, JSON.stringify(name))
  }
}
