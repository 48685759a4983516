import { ARRAY, BACKSLASH, COMMA, END_ARRAY, END_OBJECT, OBJECT, QUOTE } from './characters.ts'

/**
 * Finds where values stand in a JSON text, so that one value can be changed while every other byte stays as it came.
 * The text must be valid JSON: the caller has parsed it.
 */

/** A range of the text; `end` is the index after its last character. */
export interface Span {
  readonly start: number
  readonly end: number
}

export interface Member extends Span {
  readonly key: string
  readonly value: Span
}

/**
 * The members of the object whose brace is at or after `at`, in order. If a key occurs twice, its last member counts,
 * as in JSON.parse.
 */
export function membersAt(text: string, at: number): readonly Member[] {
  const members: Member[] = []
  let next = pastSpace(text, pastSpace(text, at) + 1)
  while (text.charCodeAt(next) !== END_OBJECT) {
    const start = next
    const keyEnd = endOfString(text, start)
    const key = JSON.parse(text.slice(start, keyEnd)) as string
    const valueStart = pastSpace(text, pastSpace(text, keyEnd) + 1)
    const end = endOfValue(text, valueStart)
    members.push({ key, start, end, value: { start: valueStart, end } })
    next = pastComma(text, end)
  }
  return members
}

/** The elements of the array whose bracket is at or after `at`. */
export function elementsAt(text: string, at: number): readonly Span[] {
  const elements: Span[] = []
  let next = pastSpace(text, pastSpace(text, at) + 1)
  while (text.charCodeAt(next) !== END_ARRAY) {
    const end = endOfValue(text, next)
    elements.push({ start: next, end })
    next = pastComma(text, end)
  }
  return elements
}

/** The value of the last member with one of these names in the object at `at`; undefined if there is none. */
export function memberAt(text: string, at: number, ...names: readonly string[]): Span | undefined {
  return membersAt(text, at).findLast(({ key }) => names.includes(key))?.value
}

export function endOfValue(text: string, start: number): number {
  const first = text.charCodeAt(start)
  if (first === QUOTE) return endOfString(text, start)
  if (first !== OBJECT && first !== ARRAY) return endOfScalar(text, start)
  let depth = 0
  for (let at = start; ;) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at)
        continue
      case OBJECT:
      case ARRAY:
        depth++
        break
      case END_OBJECT:
      case END_ARRAY:
        depth--
        if (depth === 0) return at + 1
    }
    at++
    if (at >= text.length) throw new Error('The text is no JSON.')
  }
}

/** Strings may be long, so this jumps from quote to quote. Mostly the first one ends the string. */
export function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let slashes = 0
    while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes++
    if (slashes % 2 === 0) return at + 1
  }
  throw new Error('The text is no JSON.')
}

const SCALAR_END = /[\s,\]}]|$/g

function endOfScalar(text: string, start: number): number {
  SCALAR_END.lastIndex = start
  return SCALAR_END.exec(text)?.index ?? text.length
}

function pastComma(text: string, at: number): number {
  const next = pastSpace(text, at)
  return text.charCodeAt(next) === COMMA ? pastSpace(text, next + 1) : next
}

export function pastSpace(text: string, from: number): number {
  let at = from
  while (SPACES.has(text.charCodeAt(at))) at++
  return at
}

const SPACES: ReadonlySet<number> = new Set([9, 10, 13, 32])
