/**
 * An agent sends with each turn all that it sent with the last, and something more: the same tools, and a list of messages that is
 * longer by a few. So of a user's last bodies the lists are kept as they were parsed, and of the next body only what is new in them
 * is parsed. What is kept is found by comparing the very texts, never by a hash or a name that a client gives, and is told to
 * nobody but the user who sent it.
 */
import { frozen } from './frozen.ts'
import { isNestedDeeper } from './nesting.ts'
import {
  ARRAY,
  COMMA,
  END_ARRAY,
  endOfString,
  endOfValue,
  OBJECT,
  pastSpace,
  QUOTE,
} from './spans.ts'

/** Of all bodies in one isolate: each character is a byte or two, and the values take about as much again. An isolate has 128 MB. */
const MAX_CHARS = 4_194_304
/** Of one user: an agent and those that it sends out. */
const MAX_OF_ONE = 4
/** Prompts are not kept for longer: agents ask again within seconds, and whoever asks later waits a millisecond more. */
const MAX_AGE_MS = 300_000
/** A list of fewer characters is parsed with the rest. */
const MIN_LIST = 2048

interface List {
  /** Where its bracket stands in the text. */
  readonly start: number
  /** Behind each of its values. */
  readonly ends: readonly number[]
  /** Frozen all through. */
  readonly values: readonly unknown[]
}

interface Body {
  readonly owner: string
  readonly text: string
  readonly lists: ReadonlyMap<string, List>
  readonly at: number
}

export interface Sender {
  /** Whose body it is: nobody else's is compared with it. */
  readonly owner: string
  /** Epoch milliseconds. */
  readonly now: number
  /** Whether it may be kept for the next one. */
  readonly keeps: boolean
}

/** `isTooDeep`: nested deeper than so many levels, and of no use then. */
export type Parsed = { readonly value: unknown; readonly isTooDeep: boolean }

export class RecurringBodies {
  readonly #maxChars: number
  /** The newest last. */
  #bodies: Body[] = []
  #chars = 0

  constructor(maxChars = MAX_CHARS) {
    this.#maxChars = maxChars
  }

  /** As JSON.parse, which it throws like; lists in what it gives may be of frozen values. */
  parse(text: string, levels: number, sender: Sender): Parsed {
    this.#forget(({ at }) => sender.now - at > MAX_AGE_MS)
    const own = this.#bodies.filter(({ owner }) => owner === sender.owner).reverse()
    // Of a body like none before it only the text is kept: most of those that are no agents' never come again.
    const cut = own.some((before) => isAlike(before.text, text)) ? cutLists(text, own) : null
    if (cut === null) {
      const value: unknown = JSON.parse(text)
      this.#keep(text, NO_LISTS, sender, own)
      return { value, isTooDeep: isNestedDeeper(value, levels) }
    }
    const value = JSON.parse(cut.rest) as Record<string, unknown>
    let isTooDeep = isNestedDeeper(value, levels)
    const lists = new Map<string, List>()
    for (const { name, start, ends, known, added } of cut.lists) {
      const values = added === '' ? [] : (JSON.parse(`[${added}]`) as unknown[])
      isTooDeep ||= isNestedDeeper(values, levels - 1)
      if (isTooDeep) return { value, isTooDeep }
      const all = values.length === 0 ? known : [...known, ...values]
      if (sender.keeps) frozen(all)
      value[name] = all
      lists.set(name, { start, ends, values: all })
    }
    this.#keep(text, lists, sender, own)
    return { value, isTooDeep }
  }

  #keep(
    text: string,
    lists: Body['lists'],
    { owner, now, keeps }: Sender,
    own: readonly Body[],
  ): void {
    // One of two megabytes would leave no room for others.
    if (!keeps || text.length > this.#maxChars / 2) return
    // What this one goes on from is not asked for again; without one, the oldest goes where they are too many.
    const before = own.find((one) => isGoneOnFrom(one, text, lists)) ?? own[MAX_OF_ONE - 1]
    this.#forget((one) => one === before)
    this.#bodies.push({ owner, text, lists, at: now })
    this.#chars += text.length
    while (this.#chars > this.#maxChars) {
      const [oldest] = this.#bodies
      this.#forget((one) => one === oldest)
    }
  }

  #forget(isGone: (body: Body) => boolean): void {
    if (!this.#bodies.some(isGone)) return
    this.#bodies = this.#bodies.filter((body) => !isGone(body))
    this.#chars = this.#bodies.reduce((sum, { text }) => sum + text.length, 0)
  }
}

const NO_LISTS: Body['lists'] = new Map()

/** Whether a quarter of the one before stands at the beginning or at the end of a text. */
function isAlike(before: string, text: string): boolean {
  const quarter = before.length >> 2
  return (
    text.slice(0, quarter) === before.slice(0, quarter) ||
    text.slice(-quarter) === before.slice(-quarter)
  )
}

/** Whether each list begins as before, in its first half at least: clients change the last messages that they sent. */
function isGoneOnFrom(before: Body, text: string, lists: Body['lists']): boolean {
  if (before.lists.size === 0) return isAlike(before.text, text)
  for (const [name, { values }] of before.lists) {
    const half = values.length >> 1
    if (lists.get(name)?.values[half] !== values[half]) return false
  }
  return true
}

interface CutList {
  readonly name: string
  readonly start: number
  readonly ends: readonly number[]
  /** Values that it begins with. */
  readonly known: readonly unknown[]
  /** What follows them, as JSON with commas between. */
  readonly added: string
}

/**
 * The long lists of a JSON object, and the rest of it with empty lists in their places; null where there are none, or the text is better
 * read at once. Whether all is JSON is only known when the rest and what was added are parsed: they are what is left to be wrong.
 */
function cutLists(
  text: string,
  own: readonly Body[],
): { readonly rest: string; readonly lists: readonly CutList[] } | null {
  const lists: CutList[] = []
  const names = new Set<string>()
  let rest = ''
  let from = 0
  let at = pastSpace(text, 0)
  if (text.charCodeAt(at) !== OBJECT) return null
  do {
    const keyStart = pastSpace(text, at + 1)
    if (text.charCodeAt(keyStart) !== QUOTE) return null
    const keyEnd = endOfString(text, keyStart)
    const name = text.slice(keyStart + 1, keyEnd - 1)
    // Of two members of a name the last counts, and an escape may hide a name: JSON.parse knows how to read those.
    if (names.has(name) || name.includes('\\') || names.size === MAX_MEMBERS) return null
    names.add(name)
    const start = pastSpace(text, pastSpace(text, keyEnd) + 1)
    const list = text.charCodeAt(start) === ARRAY ? cutList(name, text, start, own) : null
    const end = list === null ? endOfValue(text, start) : list.end
    if (list !== null && end - start >= MIN_LIST && NAME.test(name)) {
      lists.push(list)
      rest += `${text.slice(from, start)}[]`
      from = end
    }
    at = pastSpace(text, end)
  } while (text.charCodeAt(at) === COMMA)
  return lists.length === 0 ? null : { rest: rest + text.slice(from), lists }
}

const MAX_MEMBERS = 64
/** Not `__proto__`, which sets something else. */
const NAME = /^[a-z][a-zA-Z_]*$/

/** The list whose bracket stands at `start`; null where it is no list of JSON, or has too many values to remember where they stand. */
function cutList(
  name: string,
  text: string,
  start: number,
  own: readonly Body[],
): (CutList & { readonly end: number }) | null {
  const { known, ends } = beginningOf(name, text, start, own)
  let at = pastSpace(text, ends.at(-1) ?? start + 1)
  let isOver = text.charCodeAt(at) === END_ARRAY
  if (!isOver && known.length > 0) at = pastSpace(text, at + 1)
  const from = at
  while (!isOver) {
    const end = endOfValue(text, at)
    if (end === at || ends.length === MAX_VALUES) return null
    ends.push(end)
    at = pastSpace(text, end)
    isOver = text.charCodeAt(at) === END_ARRAY
    if (isOver) break
    if (text.charCodeAt(at) !== COMMA) return null
    at = pastSpace(text, at + 1)
  }
  return { name, start, ends, known, added: text.slice(from, at), end: at + 1 }
}

const MAX_VALUES = 20_000

/** The most values that a list of this name has begun with before. */
function beginningOf(
  name: string,
  text: string,
  start: number,
  own: readonly Body[],
): { readonly known: readonly unknown[]; readonly ends: number[] } {
  let [most, longest]: [number, List | null] = [0, null]
  for (const { text: before, lists } of own) {
    const list = lists.get(name)
    const count = list === undefined ? 0 : equalValues(text, start, before, list)
    if (list === undefined || count <= most) continue
    ;[most, longest] = [count, list]
    if (count === list.values.length) break
  }
  if (longest === null) return { known: [], ends: [] }
  const { values, ends, start: was } = longest
  const isAll = most === values.length
  return {
    known: isAll ? values : values.slice(0, most),
    ends: ends.slice(0, most).map((end) => end - was + start),
  }
}

/** With how many values of a list before the one at `start` begins, in the very same writing. */
function equalValues(text: string, start: number, before: string, list: List): number {
  const { start: was, ends } = list
  const isEqual = (count: number): boolean => {
    const length = (ends[count - 1] ?? was) - was
    return text.slice(start, start + length) === before.slice(was, was + length)
  }
  // Mostly it is all of them. Where it is not, each look halves what is left.
  let [low, high] = [0, ends.length]
  if (isEqual(high)) low = high
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (isEqual(middle)) low = middle
    else high = middle - 1
  }
  if (low === 0) return 0
  // A number may go on: `12` begins with `1`.
  const next = text.charCodeAt(pastSpace(text, (ends[low - 1] ?? was) - was + start))
  return next === COMMA || next === END_ARRAY ? low : low - 1
}
