import { joined } from '../bytes/joined.ts'
import { sniff } from '../gemini/media/sniff.ts'
import { isPublicAddress } from '../http/public-address.ts'
import { admitUrl } from '../http/remote-url.ts'
import type { Settings } from '../settings.ts'
import { lookUp } from './dns.ts'

const MAX_REDIRECTS = 3

export interface FetchedFile {
  readonly ok: true
  readonly bytes: Uint8Array
  /** The type that the server names. */
  readonly contentType: string | null
  /** The type that its first bytes show. */
  readonly seenType: string | null
}

/** Why there is no file, in words for the client. They quote nothing that the server sent, and no address. */
export interface NotFetched {
  readonly ok: false
  readonly why: string
}

export interface Fetching {
  readonly settings: Settings
  readonly signal: AbortSignal
  /** Takes `bytes` from what the request may still fetch; false if fewer are left. */
  readonly take: (bytes: number) => boolean
}

/**
 * Fetches a file that a client named. Every address on the way, including redirects, must satisfy the rules of
 * http/remote-url.ts, and every name must resolve only to public addresses. None of the client's headers are sent.
 * Rejects if the signal aborts.
 */
export async function fetchFile(
  address: string,
  fetching: Fetching,
): Promise<FetchedFile | NotFetched> {
  let next = address
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const url = await admitted(next, fetching)
    if (!(url instanceof URL)) return url
    const response = await fetch(url.href, {
      // Otherwise Cloudflare keeps pictures and PDFs of any server for hours, and answers with what they once were.
      cache: 'no-store',
      headers: { accept: '*/*' },
      redirect: 'manual',
      signal: fetching.signal,
    })
    const location = response.headers.get('location')
    if (response.status < 300 || response.status > 399 || location === null) {
      return readFile(response, fetching)
    }
    await response.body?.cancel()
    next = URL.parse(location, url.href)?.href ?? ''
  }
  return { ok: false, why: `redirects more than ${MAX_REDIRECTS} times` }
}

const NOT_PUBLIC: NotFetched = { ok: false, why: 'must be an https URL of a public host' }

async function admitted(
  address: string,
  { settings, signal }: Fetching,
): Promise<URL | NotFetched> {
  const judged = admitUrl(address, settings.mediaTrustedOrigins)
  if (!judged.ok) return NOT_PUBLIC
  if (judged.lookUp === null) return judged.url
  const addresses = await lookUp(judged.lookUp, settings.dnsResolverUrl, signal)
  if (addresses.length === 0) return { ok: false, why: 'names a host that does not exist' }
  return addresses.every(isPublicAddress) ? judged.url : NOT_PUBLIC
}

async function readFile(
  response: Response,
  { settings, take }: Fetching,
): Promise<FetchedFile | NotFetched> {
  const { status, body, headers } = response
  const limit = settings.maxMediaPartBytes
  const chunks: Uint8Array[] = []
  let size = 0
  if (status !== 200) {
    await body?.cancel()
    return { ok: false, why: `could not be fetched: its server answered ${status}` }
  }
  if (Number(headers.get('content-length')) > limit) {
    await body?.cancel()
    return tooLarge(limit)
  }
  // Leaving the loop cancels the body.
  for await (const chunk of body ?? []) {
    size += chunk.byteLength
    if (size > limit) return tooLarge(limit)
    if (!take(chunk.byteLength)) return overBudget(settings.maxMediaBytes)
    chunks.push(chunk)
  }
  if (size === 0) return { ok: false, why: 'is empty' }
  const bytes = joined(chunks)
  const seenType = sniff(bytes.subarray(0, 64))
  return { ok: true, bytes, contentType: headers.get('content-type'), seenType }
}

export function tooLarge(limit: number): NotFetched {
  return { ok: false, why: `is larger than the ${limit} bytes that one file may have` }
}

export function overBudget(limit: number): NotFetched {
  const why = `brings the files of this request above the ${limit} bytes that they may have together`
  return { ok: false, why }
}
