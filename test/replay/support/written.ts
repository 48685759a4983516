/** An answer as the recording has it: status, all headers and the body, where nothing is left out but what differs each time. */
import type { Scene } from './scene.ts'

/** What differs each time, and by which words it is kept. Each is as narrow as it can be: what else changes is to be seen. */
const CHANGING: readonly (readonly [RegExp, string])[] = [
  // Times: of Pollux, of the objects, of Google.
  [/("(?:created|created_at|expires_at)": ?)1\d{9}\b/g, '$1<seconds>'],
  [/\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '<time>'],
  [/("(?:since|at|now)": ?)1\d{12}\b/g, '$1<milliseconds>'],
]

/** Ids: the same one has the same number wherever it stands in a case, so that what belongs together is seen. */
const IDS: readonly (readonly [RegExp, string])[] = [
  [/\bop_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, 'operation'],
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, 'uuid'],
  [/\b[0-9a-f]{64}\b/g, 'digest'],
  // Of a request; `chatcmpl-` and `cmpl-` are followed by the same.
  [/(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])/g, 'id'],
  // Of a request, cut to its end.
  [/(?<=\bcall_)[0-9a-f]{24}(?=_)/g, 'end of id'],
  [/\bsk-pollux-v1-[\w-]{96}/g, 'minted key'],
  [/(?<="hint": ?")[\w-]{4}(?=")/g, 'hint'],
  [/\bcred_[0-9a-f]{16}\b/g, 'other credential'],
  [/(?<=\baudio_)[0-9a-f]{24}\b/g, 'end of id'],
  // Those that the emulator makes.
  [/(?<="thought_signature": ?")E[A-Za-z0-9+/]{63}(?=")/g, 'signature'],
]

/** Seconds and milliseconds until something: a run takes longer than another. Above two minutes they are hours, or until midnight. */
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

/** A line of a body has a mark before it: an empty one is seen, and blanks at its ends are kept. */
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

/** Only where its bytes can be told from what it becomes; else a body stays as it is. */
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
