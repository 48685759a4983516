/**
 * With each turn an agent sends all that it sent with the last one and a little more: the same tools, and a list of
 * messages that has grown by a few. So the lists of a user's last bodies are kept as they were parsed, and of the
 * next body only what is new in the lists is parsed.
 * Danger: what is kept must never reach another user. It is found by comparing whole texts of the same user, never by
 * a hash or by a name that a client gives.
 */
import { ARRAY, COMMA, END_ARRAY, OBJECT, QUOTE } from './characters.ts'
import { frozen } from './frozen.ts'
import { isNestedDeeper } from './nesting.ts'
import { endOfString, endOfValue, pastSpace } from './value-spans.ts'

/**
 * The most characters of all bodies in one isolate, which has 128 MB. A character takes one or two bytes, and the
 * parsed values take about as much again.
 */
const MAX_CHARS = 4_194_304
/** The most bodies of one user: those of an agent and of the agents that it starts. */
const MAX_OF_ONE = 4
/** Prompts are not kept longer than this. Agents ask again within seconds; a later request costs a millisecond more. */
const MAX_AGE_MS = 300_000
/** A list of fewer characters is parsed with the rest of the body. */
const MIN_LIST = 2048

interface List {
  /** Index of its `[` in the text. */
  readonly start: number
  /** For each value, the index in the text after its end. */
  readonly ends: readonly number[]
  /** Deeply frozen. */
  readonly values: readonly unknown[]
}

interface Body {
  readonly owner: string
  readonly text: string
  readonly lists: ReadonlyMap<string, List>
  readonly at: number
}

export interface Sender {
  /** Bodies are compared only with bodies of the same owner. */
  readonly owner: string
  /** Epoch milliseconds. */
  readonly now: number
  /** Whether the body may be kept for comparing the next one. */
  readonly keeps: boolean
}

/** `isTooDeep`: the value is nested deeper than allowed. It must not be used then, and its lists may be empty. */
export type Parsed = { readonly value: unknown; readonly isTooDeep: boolean }

export class RecurringBodies {
  readonly #maxChars: number
  /** Oldest first. */
  #bodies: Body[] = []
  #chars = 0

  constructor(maxChars = MAX_CHARS) {
    this.#maxChars = maxChars
  }

  /** Like JSON.parse, and throws the same errors. Values in the result's lists may be frozen. */
  parse(text: string, levels: number, sender: Sender): Parsed {
    this.#forget(({ at }) => sender.now - at > MAX_AGE_MS)
    const own = this.#bodies.filter(({ owner }) => owner === sender.owner).reverse()
    // Lists are kept only of a body that resembles an earlier one. Of any other body only the text is kept, since
    // most bodies that no agent sent never recur.
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
    // Larger bodies would leave no room for others.
    if (!keeps || text.length > this.#maxChars / 2) return
    // The body that this one continues is not needed any more. If there is none, the user's oldest body is dropped
    // once there are too many.
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

/** Whether the first or the last quarter of `before` stands at the same end of `text`. */
function isAlike(before: string, text: string): boolean {
  const quarter = before.length >> 2
  return (
    text.slice(0, quarter) === before.slice(0, quarter) ||
    text.slice(-quarter) === before.slice(-quarter)
  )
}

/**
 * Whether the first half of each list is unchanged. Only half is compared, since clients change the last messages
 * that they sent.
 */
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
  /** The values at its beginning that were parsed earlier. */
  readonly known: readonly unknown[]
  /** The values after those, as JSON with commas between them. */
  readonly added: string
}

/**
 * The long lists of a JSON object, and the rest of its text with empty lists in their places. Null if there are no
 * long lists, or if the text is better parsed as a whole. The text is not validated here: parsing the rest and the
 * added values finds whatever is wrong.
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
    // If a name occurs twice, the last member counts, and a name may be written with escapes. JSON.parse handles
    // both.
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
/** Excludes `__proto__`, because assigning to it would set the prototype. */
const NAME = /^[a-z][a-zA-Z_]*$/

/**
 * The list whose `[` stands at `start`. Null if it is not a valid list, or has more values than are worth
 * remembering.
 */
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

/** The longest beginning that the list shares with an earlier list of the same name. */
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

/** How many values of an earlier list stand at the beginning of the list at `start`, written exactly the same. */
function equalValues(text: string, start: number, before: string, list: List): number {
  const { start: was, ends } = list
  const isEqual = (count: number): boolean => {
    const length = (ends[count - 1] ?? was) - was
    return text.slice(start, start + length) === before.slice(was, was + length)
  }
  // Usually all values are equal. If not, the count is found by binary search.
  let [low, high] = [0, ends.length]
  if (isEqual(high)) low = high
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (isEqual(middle)) low = middle
    else high = middle - 1
  }
  if (low === 0) return 0
  // A longer number may begin with the same digits: `12` begins with `1`.
  const next = text.charCodeAt(pastSpace(text, (ends[low - 1] ?? was) - was + start))
  return next === COMMA || next === END_ARRAY ? low : low - 1
}
