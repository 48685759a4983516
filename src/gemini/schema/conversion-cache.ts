import { frozen, onceForFrozen } from '../../json/frozen.ts'

/**
 * Agents send the same tools with every turn, and converting their schemas took a third to a half of the time of such
 * a turn. So converted schemas are kept. They are found by the schema's whole text: somebody could make two schemas
 * with one hash, and names come from clients. All users of an isolate share the results, which hold nothing but the
 * schema.
 */

/**
 * The most bytes that one conversion keeps in one isolate: about five hundred functions of agents. An isolate has 128
 * MB.
 */
const MAX_BYTES = 2_097_152
/** A result larger than this part of MAX_BYTES is not kept, so that it cannot displace what others use. */
const LARGEST = 1 / 16

interface Entry<Result> {
  /** Deeply frozen: whoever changed it would change what others send. */
  readonly result: Result
  readonly bytes: number
}

/** Wraps a conversion of a JSON value, which must be pure, so that its results are kept. They are frozen. */
export function keeping<Result extends object | undefined>(
  convert: (schema: unknown) => Result,
  maxBytes = MAX_BYTES,
): (schema: unknown) => Result {
  const kept = new Kept<Result>(maxBytes)
  const resultOf = (schema: unknown): Result => {
    const text = JSON.stringify(schema) as string | undefined
    if (text === undefined || !isWhole(schema, text)) return convert(schema)
    const known = kept.get(text)
    if (known !== undefined) return known.result
    const result = frozen(convert(schema))
    const length = result === undefined ? 0 : JSON.stringify(result).length
    // Two bytes a character. The objects take about as much memory as their text.
    kept.add(text, { result, bytes: 2 * (text.length + length) })
    return result
  }
  // A frozen schema is found by its identity, without writing its text.
  const known = onceForFrozen(resultOf)
  return (schema) =>
    typeof schema === 'object' && schema !== null ? known(schema) : resultOf(schema)
}

/**
 * A cache in two halves. When the young half is full, it becomes the old one, and the previous old one is dropped. An
 * entry that is used moves to the young half.
 */
class Kept<Result> {
  readonly #maxBytes: number
  #young = new Map<string, Entry<Result>>()
  #old = new Map<string, Entry<Result>>()
  #youngBytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get(text: string): Entry<Result> | undefined {
    const young = this.#young.get(text)
    if (young !== undefined) return young
    const old = this.#old.get(text)
    if (old === undefined) return undefined
    this.#old.delete(text)
    this.add(text, old)
    return old
  }

  add(text: string, entry: Entry<Result>): void {
    if (entry.bytes > this.#maxBytes * LARGEST) return
    if (this.#youngBytes + entry.bytes > this.#maxBytes / 2) {
      this.#old = this.#young
      this.#young = new Map()
      this.#youngBytes = 0
    }
    this.#young.set(text, entry)
    this.#youngBytes += entry.bytes
  }
}

/**
 * Whether the text determines the value. JSON.parse reads 1e999 as infinity, which JSON.stringify writes as `null`,
 * so two different schemas could have the same text.
 */
function isWhole(value: unknown, text: string): boolean {
  return !text.includes('null') || isFinite(value)
}

function isFinite(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || value === null) return value !== undefined
  return Object.values(value).every(isFinite)
}
