/** An answer as the recording has it: status, all headers and the body. Only what differs in every run is replaced. */
import type { Scene } from './scene.ts'

/**
 * What differs in every run, and what replaces it. Each pattern is as narrow as possible, so that any other change
 * shows.
 */
const CHANGING: readonly (readonly [RegExp, string])[] = [
  // Times: Pollux's, the objects', Google's.
  [/("(?:created|created_at|expires_at)": ?)1\d{9}\b/g, '$1<seconds>'],
  [/\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '<time>'],
  [/("(?:since|at|now)": ?)1\d{12}\b/g, '$1<milliseconds>'],
]

/** Ids. The same id has the same number throughout a case, so that the recording shows what belongs together. */
const IDS: readonly (readonly [RegExp, string])[] = [
  [/\bop_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, 'operation'],
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, 'uuid'],
  [/\b[0-9a-f]{64}\b/g, 'digest'],
  // A request's id. `chatcmpl-` and `cmpl-` are followed by the same digits.
  [/(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])/g, 'id'],
  // The end of a request's id.
  [/(?<=\bcall_)[0-9a-f]{24}(?=_)/g, 'end of id'],
  [/\bsk-pollux-v1-[\w-]{96}/g, 'minted key'],
  [/(?<="hint": ?")[\w-]{4}(?=")/g, 'hint'],
  [/\bcred_[0-9a-f]{16}\b/g, 'other credential'],
  [/(?<=\baudio_)[0-9a-f]{24}\b/g, 'end of id'],
  // Signatures that the emulator makes.
  [/(?<="thought_signature": ?")E[A-Za-z0-9+/]{63}(?=")/g, 'signature'],
]

/**
 * Seconds and milliseconds until something, since runs take different times. Waits above two minutes are hours, or
 * last until midnight.
 */
const WAITS: readonly (readonly [RegExp, number])[] = [
  [/(?<=^retry-after: )\d+$/gm, 1],
  [/(?<=^retry-after-ms: )\d+$/gm, 1000],
  [/(?<=^x-ratelimit-reset-\w+: )\d+(?=s$)/gm, 1],
  [/(?<=Please try again in )\d+(?=s\.)/g, 1],
]
const TENS = 10
const SHORT_SECONDS = 120

export async function written(answer: Response, scene: Scene): Promise<string> {
  const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}\n`).join('')
  const body = bodyOf(new Uint8Array(await answer.arrayBuffer()), answer.headers)
  return normal(`${answer.status}\n${headers}${await body}`, scene)
}

/** Each line of a body gets a mark before it, so that empty lines and blanks at the ends are visible. */
async function bodyOf(bytes: Uint8Array<ArrayBuffer>, headers: Headers): Promise<string> {
  if (bytes.length === 0) return '(no body)\n'
  const type = headers.get('content-type') ?? ''
  if (!/^(?:text|application\/json)/.test(type)) {
    const digest = await crypto.subtle.digest('SHA-256', bytes)
    return `(${bytes.length} bytes, SHA-256 ${new Uint8Array(digest).toBase64()})\n`
  }
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  const json = spread(text)
  const lines = (json ?? text).replaceAll('\r', '␍').split('\n')
  return `${json === null ? '' : '(JSON, spread for reading)\n'}${lines.map((line) => `> ${line}\n`).join('')}`
}

/**
 * Pretty-prints a body, but only if its bytes can be restored from that; otherwise null, and the body stays as it is.
 */
function spread(text: string): string | null {
  if (!text.startsWith('{')) return null
  try {
    const value: unknown = JSON.parse(text)
    return JSON.stringify(value) === text ? JSON.stringify(value, null, 1) : null
  } catch {
    return null
  }
}

function normal(told: string, { user, numbers, ofMinute = false }: Scene): string {
  let text = told.replaceAll(user.key, '<key>').replaceAll(user.userId, '<user>')
  for (const [index, { id }] of user.credentials.entries()) {
    text = text.replaceAll(id, `<credential ${index + 1}>`)
  }
  for (const [pattern, word] of CHANGING) text = text.replace(pattern, word)
  for (const [pattern, kind] of IDS) {
    text = text.replace(pattern, (id) => `<${kind} ${numberOf(id, kind, numbers)}>`)
  }
  for (const [pattern, unit] of WAITS) {
    text = text.replace(pattern, (count) => roughly(Number(count) / unit, ofMinute ? 60 : TENS))
  }
  return text
}

function numberOf(id: string, kind: string, numbers: Map<string, string[]>): number {
  const known = numbers.get(kind) ?? []
  if (!known.includes(id)) known.push(id)
  numbers.set(kind, known)
  return known.indexOf(id) + 1
}

function roughly(seconds: number, step: number): string {
  if (seconds > SHORT_SECONDS) return '<long>'
  return `<up to ${Math.max(1, Math.ceil(seconds / step)) * step}>`
}
