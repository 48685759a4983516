import { parsed } from '../json/parsed.ts'
import { isRecord } from '../json/record.ts'
import type { GenerateContentResponse, UsageMetadata } from '../gemini/types.ts'
import { keepTyped } from '../gemini/typed.ts'
import { endOfString, elementsAt, memberAt, type Span } from '../json/value-spans.ts'

/** A stream of which this many events in a row were unlike those before is not looked at any more. */
const MAX_UNLIKE = 8
/** Longer events are pictures or sound, and come once. */
const MAX_CHARS = 16_384
/** What stands in JSON as it is: no escape, and nothing that would need one. */
// oxlint-disable-next-line no-control-regex
const PLAIN = /^[^\\\u0000-\u001f]*$/

/** An event without its text and its counts: whatever has the same JSON around them means the same but for them. */
interface Pattern {
  /** Up to the text, with the quote before it. */
  readonly before: string
  /** From the quote after the text to the counts; to the end if there are none. */
  readonly between: string
  /** What follows the counts; null if there are none. */
  readonly after: string | null
  readonly response: GenerateContentResponse
}

/**
 * Reads the events of one stream that differ from an earlier one only in their text and their counts, as nearly all do.
 * Only these two are parsed, and what is around them is compared: that takes a fifth of the time, in a stream of
 * hundreds of events a second.
 */
export class RecurringEvents {
  #pattern: Pattern | null = null
  #unlike = 0
  /** The counts read last, which often come again. */
  #counts = ''
  #usage: UsageMetadata | undefined

  /** The response in this event; null if it must be parsed. */
  read(payload: string): GenerateContentResponse | null {
    const read = this.#pattern === null ? null : this.#by(this.#pattern, payload)
    if (read !== null) this.#unlike = 0
    return read
  }

  /** Takes an event that was parsed as the pattern for those to come. `response` is what was found in `event`. */
  learn(payload: string, event: object, response: GenerateContentResponse): void {
    if (this.#unlike > MAX_UNLIKE || payload.length > MAX_CHARS) return
    this.#unlike++
    this.#pattern = patternOf(payload, event, response) ?? this.#pattern
  }

  #by(pattern: Pattern, payload: string): GenerateContentResponse | null {
    const { before, between, after, response } = pattern
    if (!payload.startsWith(before)) return null
    const end = endOfText(payload, before.length)
    if (end === -1 || !payload.startsWith(between, end)) return null
    const countsAt = end + between.length
    const countsEnd = payload.length - (after ?? '').length
    if (after === null ? countsAt !== countsEnd : countsAt >= countsEnd || !payload.endsWith(after))
      return null
    const text = textIn(payload.slice(before.length, end))
    if (text === null) return null
    const read = withText(response, text)
    if (after === null) return read
    const usage = this.#usageIn(payload.slice(countsAt, countsEnd))
    if (usage === undefined) return null
    read.usageMetadata = usage
    return read
  }

  #usageIn(counts: string): UsageMetadata | undefined {
    if (counts === this.#counts) return this.#usage
    const usage = parsed(counts)
    if (!isRecord(usage)) return undefined // no JSON: whoever parses the whole event says so
    this.#counts = counts
    this.#usage = keepTyped({ usageMetadata: usage as UsageMetadata }).usageMetadata
    return this.#usage
  }
}

function patternOf(
  payload: string,
  event: object,
  response: GenerateContentResponse,
): Pattern | null {
  const root = rootOf(payload, event, response)
  const text = root === undefined ? undefined : onlyTextIn(payload, root, response)
  if (root === undefined || text === undefined) return null
  const before = payload.slice(0, text.start + 1)
  const kept = { ...response }
  const counts = memberAt(payload, root, 'usageMetadata')
  if (counts === undefined || counts.start < text.end || response.usageMetadata === undefined) {
    return { before, between: payload.slice(text.end - 1), after: null, response: kept }
  }
  const between = payload.slice(text.end - 1, counts.start)
  return { before, between, after: payload.slice(counts.end), response: kept }
}

/** Where the response stands in the event: it is the event itself, or one of its members. */
function rootOf(payload: string, event: object, response: object): number | undefined {
  if (event === response) return payload.indexOf('{')
  const name = Object.entries(event).find(([, value]) => value === response)?.[0]
  return name === undefined ? undefined : memberAt(payload, 0, name)?.start
}

/** Where the text stands, in an event of one candidate with one part. */
function onlyTextIn(
  payload: string,
  root: number,
  { candidates }: GenerateContentResponse,
): Span | undefined {
  const parts = candidates?.[0]?.content?.parts
  if (candidates?.length !== 1 || parts?.length !== 1 || typeof parts[0]?.text !== 'string') return
  const candidate = onlyElement(payload, memberAt(payload, root, 'candidates'))
  const content = candidate && memberAt(payload, candidate.start, 'content')
  const part = content && onlyElement(payload, memberAt(payload, content.start, 'parts'))
  return part && memberAt(payload, part.start, 'text')
}

function onlyElement(payload: string, list: Span | undefined): Span | undefined {
  return list && elementsAt(payload, list.start)[0]
}

/** The index of the quote that ends the string; -1 if nothing does. `start` is the index after its first quote. */
function endOfText(payload: string, start: number): number {
  try {
    return endOfString(payload, start - 1) - 1
  } catch {
    return -1 // no JSON: whoever parses it says so
  }
}

/** What a JSON string says; null if it is none. */
function textIn(written: string): string | null {
  if (PLAIN.test(written)) return written
  const text = parsed(`"${written}"`)
  return typeof text === 'string' ? text : null
}

/** A copy with another text in its only part. */
function withText(response: GenerateContentResponse, text: string): GenerateContentResponse {
  const [candidate] = response.candidates ?? []
  const content = candidate?.content
  const [part] = content?.parts ?? []
  return {
    ...response,
    candidates: [{ ...candidate, content: { ...content, parts: [{ ...part, text }] } }],
  }
}
