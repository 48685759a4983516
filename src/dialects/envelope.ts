/**
 * What Pollux puts into `encrypted_content`: either the thought signatures of the calls that follow, or a summary in
 * place of a conversation. Clients send it back unchanged, or several of them joined, so an envelope states its own
 * length.
 *
 *     px1.<length>.<model>.<upstream>.<call id>.<signature>.<call id>.<signature>…
 *     pxc1.<length>.<text>
 *
 * The length counts all characters after its dot. Model, text and signatures are in base64url; Google's signatures
 * are base64 and are converted. The call id is empty if the signature is not that of a call. An envelope has only
 * letters, digits, `-`, `_` and `.`.
 */
import type { Maker } from '../gemini/signatures.ts'
import { UPSTREAMS } from '../gemini/upstreams.ts'

export interface SignedCall {
  /** Empty if the signature is not that of a call. */
  readonly callId: string
  /** Base64, as Google sent it. */
  readonly signature: string
}

export interface Envelope {
  readonly maker: Maker
  readonly signatures: readonly SignedCall[]
}

const SIGNATURES = 'px1'
const SUMMARY = 'pxc1'
const MAX_ENVELOPES = 64

export function sealSignatures({ model, upstream }: Maker, signed: readonly SignedCall[]): string {
  const words = signed.flatMap(({ callId, signature }) => [callId, toUrlSafe(signature)])
  return enclosed(SIGNATURES, [encoded(model), upstream, ...words].join('.'))
}

/** All envelopes of signatures in a text. Anything else in it is ignored. */
export function openSignatures(text: string): readonly Envelope[] {
  return contentsOf(SIGNATURES, text).flatMap((content) => {
    const [model = '', upstream = '', ...words] = content.split('.')
    const name = decoded(model)
    const known = UPSTREAMS.find((one) => one === upstream)
    if (name === null || known === undefined || words.length % 2 !== 0) return []
    const signatures: SignedCall[] = []
    for (let at = 0; at < words.length; at += 2) {
      const [callId = '', signature = ''] = words.slice(at, at + 2)
      if (signature !== '') signatures.push({ callId, signature: fromUrlSafe(signature) })
    }
    return [{ maker: { model: name, upstream: known }, signatures }]
  })
}

export function sealSummary(text: string): string {
  return enclosed(SUMMARY, encoded(text))
}

/** Null if the text is not an envelope of Pollux's. */
export function openSummary(text: string): string | null {
  const [content] = contentsOf(SUMMARY, text)
  return content === undefined ? null : decoded(content)
}

function enclosed(kind: string, content: string): string {
  return `${kind}.${content.length}.${content}`
}

function contentsOf(kind: string, text: string): readonly string[] {
  const contents: string[] = []
  let at = text.indexOf(`${kind}.`)
  while (at !== -1 && contents.length < MAX_ENVELOPES) {
    const begin = at + kind.length + 1
    const dot = text.indexOf('.', begin)
    const digits = dot === -1 || dot - begin > 9 ? '' : text.slice(begin, dot)
    const length = /^\d+$/.test(digits) ? Number(digits) : -1
    const end = dot + 1 + length
    const isWhole = length >= 0 && end <= text.length
    if (isWhole) contents.push(text.slice(dot + 1, end))
    at = text.indexOf(`${kind}.`, isWhole ? end : begin)
  }
  return contents
}

/** Uses btoa and atob, which Node has too, so that tests of dialects need no Worker. */
function encoded(text: string): string {
  let binary = ''
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte)
  return toUrlSafe(btoa(binary))
}

function decoded(text: string): string | null {
  try {
    const bytes = Uint8Array.from(atob(fromUrlSafe(text)), (char) => char.charCodeAt(0))
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null // not an envelope of Pollux's, or one that was cut
  }
}

function toUrlSafe(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

function fromUrlSafe(text: string): string {
  const base64 = text.replaceAll('-', '+').replaceAll('_', '/')
  return base64.padEnd(Math.ceil(base64.length / 4) * 4, '=')
}
