/**
 * Agents send the same tools with each turn, and converting their schemas was a third to a half of what such a turn cost. So what
 * came of a schema is kept, and found by the whole text of the schema: not by a hash, which somebody could make two schemas for,
 * and not by a name that a client gives. All users of an isolate share it, since nothing goes into it but the schema.
 */

/** Of one conversion, in one isolate: some five hundred functions as agents have them. An isolate has 128 MB. */
const MAX_BYTES = 2_097_152
/** What is larger than this part of all is converted each time, lest it drive out what others use. */
const LARGEST = 1 / 16

interface Entry<Result> {
  /** Frozen all through: whoever changed it would change what others send. */
  readonly result: Result
  readonly bytes: number
}

/** The conversion of a JSON value, which must be pure, with what came of it kept. Its results are frozen. */
export function keeping<Result extends object | undefined>(
  convert: (schema: unknown) => Result,
  maxBytes = MAX_BYTES,
): (schema: unknown) => Result {
  const kept = new Kept<Result>(maxBytes)
  return (schema) => {
    const text = JSON.stringify(schema) as string | undefined
    if (text === undefined || !isWhole(schema, text)) return convert(schema)
    const known = kept.get(text)
    if (known !== undefined) return known.result
    const result = frozen(convert(schema))
    const length = result === undefined ? 0 : JSON.stringify(result).length
    // Two bytes a character; the objects take about as much as their text would.
    kept.add(text, { result, bytes: 2 * (text.length + length) })
    return result
  }
}

/** What was used of late, in two halves: when the young one is full it becomes the old one, and what nobody asked for goes. */
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
 * Whether a text says all of the value that it was made of. JSON.parse reads 1e999 as infinity, which goes out as `null`: two
 * schemas would have one text.
 */
function isWhole(value: unknown, text: string): boolean {
  return !text.includes('null') || isFinite(value)
}

function isFinite(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || value === null) return value !== undefined
  return Object.values(value).every(isFinite)
}

function frozen<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value
  for (const item of Object.values(value)) frozen(item)
  return Object.freeze(value)
}
