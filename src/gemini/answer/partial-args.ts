/**
 * Arguments of a function call that arrive in pieces (docs/google.md: One upstream's fields): values at JSON paths,
 * where a string may be cut into several pieces. A path that is malformed, or leads through a value that is not an
 * object or list, is left out: incomplete arguments are better than none.
 */
import { isRawNumber } from '../../json/long-numbers.ts'
import type { PartialArg } from '../types.ts'

type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/**
 * One step of a path: `.name`, `['name']`, `["name"]` or `[3]`. Sticky, so that each match begins where the last one
 * ended.
 */
const STEP = /\.([^.[\]]+)|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]/y

export class PartialArgs {
  // Without a prototype: a path comes from a model and may contain `__proto__`.
  readonly value: { [key: string]: Json } = Object.create(null)
  /** Path of the string that the next piece may continue. */
  #open: string | null = null

  add(pieces: readonly PartialArg[]): void {
    for (const piece of pieces) {
      const steps = stepsOf(piece.jsonPath)
      if (steps !== null) this.#set(steps, piece)
    }
  }

  #set(steps: readonly (string | number)[], piece: PartialArg): void {
    let place: Json = this.value
    for (const [at, step] of steps.slice(0, -1).entries()) {
      const next: Json = child(place, step) ?? (typeof steps[at + 1] === 'number' ? [] : empty())
      if (!put(place, step, next)) return
      place = next
    }
    const last = steps.at(-1) ?? ''
    const before = this.#open === piece.jsonPath ? child(place, last) : undefined
    const value = valueOf(piece)
    const isMore = typeof before === 'string' && typeof value === 'string'
    put(place, last, isMore ? before + value : value)
    this.#open = piece.willContinue === true ? (piece.jsonPath ?? null) : null
  }
}

function stepsOf(path: unknown): (string | number)[] | null {
  if (typeof path !== 'string' || !path.startsWith('$')) return null
  const steps: (string | number)[] = []
  for (STEP.lastIndex = 1; STEP.lastIndex < path.length;) {
    const match = STEP.exec(path)
    if (match === null) return null
    const [, name, single, double, index] = match
    const quoted = single ?? double
    if (index !== undefined) steps.push(Number(index))
    else steps.push(name ?? quoted?.replaceAll(/\\(.)/g, '$1') ?? '')
  }
  return steps.length === 0 ? null : steps
}

/** Never returns an object that could be changed: a later step of the path could reach into its prototype. */
function valueOf({ stringValue, numberValue, boolValue }: PartialArg): Json {
  if (typeof stringValue === 'string') return stringValue
  if (typeof numberValue === 'number' || isRawNumber(numberValue)) return numberValue
  return typeof boolValue === 'boolean' ? boolValue : null
}

function child(place: Json, step: string | number): Json | undefined {
  const isThere = typeof place === 'object' && place !== null && Object.hasOwn(place, step)
  if (!isThere) return undefined
  if (Array.isArray(place)) return typeof step === 'number' ? place[step] : undefined
  return place[String(step)]
}

function put(place: Json, step: string | number, value: Json): boolean {
  if (Array.isArray(place)) {
    // Only the next free index is accepted: an index far out would make a list of holes.
    if (typeof step !== 'number' || step > place.length) return false
    place[step] = value
    return true
  }
  if (!isObject(place)) return false
  place[String(step)] = value
  return true
}

function isObject(value: Json): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value)
}

function empty(): { [key: string]: Json } {
  return Object.create(null) as { [key: string]: Json }
}
