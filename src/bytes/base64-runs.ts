/**
 * Finds long base64 strings in a JSON text that is still bytes, without reading all of it: a run of so many characters cannot
 * lie between two probes that are as far apart as the shortest that is wanted. Pure.
 */
export interface Range {
  readonly start: number
  /** Behind the last byte. */
  readonly end: number
}

/** As long as a picture of 12 KB. What is shorter is not worth a cut. */
export const MIN_RUN = 16_384
/** A data URL's beginning is not longer: media type, parameters, `;base64,`. */
const MAX_PREFIX = 256

/**
 * Runs of the base64 alphabet (RFC 4648, section 4) that are a whole JSON string, but for a data URL's beginning. What is escaped, in
 * another alphabet, broken by white space or a key of an object is none: such strings are few, and are read as any other.
 */
export function findBase64Runs(json: Uint8Array): readonly Range[] {
  const runs: Range[] = []
  let next = 0
  for (let probe = MIN_RUN - 1; probe < json.length; probe = next + MIN_RUN - 1) {
    next = probe + 1
    if (!isBase64(json[probe])) continue
    const start = startOfRun(json, probe)
    const letters = endOfRun(json, next)
    next = letters
    const end = afterPadding(json, letters)
    if (end - start < MIN_RUN || json[end] !== QUOTE) continue
    if (beginsString(json, start) && !isKey(json, end + 1)) runs.push({ start, end })
  }
  return runs
}

/**
 * Whether a string begins right before the run, or a data URL's beginning does. The quote is one that opens a string: an
 * escaped one has a backslash before it, and after one that closes a string, letters are no JSON.
 */
function beginsString(json: Uint8Array, start: number): boolean {
  const from = Math.max(0, start - MAX_PREFIX)
  const before = String.fromCharCode(...json.subarray(from, start))
  return /(?:^|[^\\])"(?:data:[^"]*;base64,)?$/i.test(before)
}

function isKey(json: Uint8Array, after: number): boolean {
  let at = after
  while (json[at] === SPACE || json[at] === TAB || json[at] === LF || json[at] === CR) at++
  return json[at] === COLON
}

function startOfRun(json: Uint8Array, from: number): number {
  let at = from
  while (isBase64(json[at - 1])) at--
  return at
}

/** The first byte from `from` on that is not of the alphabet. This is all that a large picture costs, so it goes in pairs of bytes. */
function endOfRun(json: Uint8Array, from: number): number {
  let at = from
  if ((json.byteOffset + at) % 2 === 1 && isBase64(json[at])) at++
  if ((json.byteOffset + at) % 2 === 0) at += 2 * leadingPairs(pairsFrom(json, at))
  while (isBase64(json[at])) at++
  return at
}

function pairsFrom(json: Uint8Array, at: number): Uint16Array {
  return new Uint16Array(json.buffer, json.byteOffset + at, (json.length - at) >> 1)
}

function leadingPairs(pairs: Uint16Array): number {
  const known = pairTable()
  const last = pairs.length - 3
  let at = 0
  while (
    at < last &&
    (known[pairs[at] ?? 0] ?? 0) +
      (known[pairs[at + 1] ?? 0] ?? 0) +
      (known[pairs[at + 2] ?? 0] ?? 0) +
      (known[pairs[at + 3] ?? 0] ?? 0) ===
      4
  ) {
    at += 4
  }
  return at
}

function afterPadding(json: Uint8Array, end: number): number {
  if (json[end] !== PADDING) return end
  return json[end + 1] === PADDING ? end + 2 : end + 1
}

function isBase64(byte: number | undefined): boolean {
  return byte !== undefined && LETTERS[byte] === 1
}

const [QUOTE, COLON, PADDING, SPACE, TAB, LF, CR] = [0x22, 0x3a, 0x3d, 0x20, 0x09, 0x0a, 0x0d]

const LETTERS = new Uint8Array(256)
for (const letter of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/') {
  LETTERS[letter.charCodeAt(0)] = 1
}

// Made when it is first needed: few requests are large, and every start of the Worker would pay for it.
let table: Uint8Array | undefined

/** 1 where both bytes of a pair are of the alphabet, in whichever order the machine reads them. */
function pairTable(): Uint8Array {
  table ??= Uint8Array.from(
    { length: 65_536 },
    (_, pair) => (LETTERS[pair >> 8] ?? 0) & (LETTERS[pair & 255] ?? 0),
  )
  return table
}
