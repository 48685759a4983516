/**
 * Finds long base64 strings in the bytes of a JSON text without reading all of it. It probes one byte in every
 * MIN_RUN: a run of at least that length cannot lie between two probes. Pure.
 */
export interface Range {
  readonly start: number
  /** Index of the first byte after the run. */
  readonly end: number
}

/** Stands for 12 KB of media. Cutting out anything shorter saves too little. */
export const MIN_RUN = 16_384
/** The rest of a run is padding. */
const MIN_LETTERS = MIN_RUN - 2
/** Bytes. Longer than the beginning of any data URL: media type, parameters and `;base64,`. */
const MAX_PREFIX = 256

/**
 * Runs of the base64 alphabet (RFC 4648, section 4), with padding, that fill a whole JSON string, or all of it after
 * the beginning of a data URL. Left out are strings with escapes or white space, strings in another base64 alphabet,
 * and keys of objects: they are rare, and are parsed like any other string.
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

/** Whether findBase64Runs may find anything in the bytes of a text: whether so many letters stand together. */
export function mayHoldRun(json: string): boolean {
  for (let probe = MIN_RUN - 1; probe < json.length; probe += MIN_RUN) {
    let start = probe + 1
    while (isBase64(json.charCodeAt(start - 1))) start--
    let end = start
    while (end - start < MIN_LETTERS && isBase64(json.charCodeAt(end))) end++
    if (end - start === MIN_LETTERS) return true
  }
  return false
}

/**
 * Whether the run begins a string, or follows the beginning of a data URL. The quote found must open a string: an
 * escaped quote has a backslash before it, and letters cannot follow a closing quote in JSON.
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

/**
 * The first byte from `from` on that is outside the alphabet. Scanning takes nearly all of the time that a large
 * picture costs, so it reads two bytes at once.
 */
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

// Made at its first use: few requests are large, and otherwise every start of the Worker would pay for it.
let table: Uint8Array | undefined

/** The table has 1 where both bytes of a pair are in the alphabet. Byte order does not matter. */
function pairTable(): Uint8Array {
  table ??= Uint8Array.from(
    { length: 65_536 },
    (_, pair) => (LETTERS[pair >> 8] ?? 0) & (LETTERS[pair & 255] ?? 0),
  )
  return table
}
