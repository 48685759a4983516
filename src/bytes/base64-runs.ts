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
/** Letters to read one by one: most runs are words, and end soon. */
const TRIED_LETTERS = 256
/** Bytes, a multiple of four. */
const PIECE = 16_384
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

/** The first byte from `from` on that is outside the alphabet. */
function endOfRun(json: Uint8Array, from: number): number {
  const tried = Math.min(from + TRIED_LETTERS, json.length)
  let at = from
  while (at < tried && isBase64(json[at])) at++
  if (at === tried) at += lettersInPieces(json, at)
  while (isBase64(json[at])) at++
  return at
}

/**
 * How many bytes from `from` on are letters, in whole pieces. A loop over the bytes would take most of the time that a
 * large picture costs, so the runtime decodes each piece, which is three times as fast.
 */
function lettersInPieces(json: Uint8Array, from: number): number {
  const ascii = new TextDecoder()
  const decoded = new Uint8Array((PIECE / 4) * 3)
  let at = from
  while (at + PIECE <= json.length) {
    try {
      // With padding or white space among the letters, fewer bytes are decoded.
      const { written } = decoded.setFromBase64(ascii.decode(json.subarray(at, at + PIECE)))
      if (written < decoded.length) break
    } catch {
      break // something else stands among the letters
    }
    at += PIECE
  }
  return at - from
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
