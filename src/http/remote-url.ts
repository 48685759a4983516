/**
 * Which addresses a client may have fetched. The URL parser brings every spelling of an IPv4 address (decimal, hexadecimal,
 * octal, short, full-width, percent-encoded) into the dotted form, and names into ASCII (WHATWG URL, "Host parsing"), so that what is looked
 * at here is what `fetch` will ask. Pure: what a name stands for is to be looked up besides.
 */
import { isPublicAddress } from './public-address.ts'

const MAX_LENGTH = 4096
const MAX_NAME = 253

/** Names that are never of the public internet (RFC 6761, 6762, 8375, 9476; ICANN's `internal`), and what clouds and routers use. */
const SPECIAL_SUFFIXES =
  /(?:^|\.)(?:localhost|localdomain|local|internal|intranet|private|corp|home|lan|home\.arpa|arpa|test|example|invalid|onion|alt)$/

export type RemoteUrl =
  | { readonly ok: true; readonly url: URL; readonly lookUp: string | null }
  | { readonly ok: false }

/**
 * Reads and judges an address. `lookUp` is the name whose addresses must be public too; null where the host is an address, or
 * the operator trusts the origin.
 */
export function admitUrl(address: string, trustedOrigins: readonly string[]): RemoteUrl {
  const url = address.length <= MAX_LENGTH ? URL.parse(address) : null
  if (url === null || url.username !== '' || url.password !== '') return { ok: false }
  if (trustedOrigins.includes(url.origin)) return { ok: true, url, lookUp: null }
  if (url.protocol !== 'https:' || url.port !== '') return { ok: false }
  const host = url.hostname.replace(/\.+$/, '')
  const literal = host.startsWith('[') ? host.slice(1, -1) : host
  if (/^[\d.]+$|:/.test(literal)) {
    return isPublicAddress(literal) ? { ok: true, url, lookUp: null } : { ok: false }
  }
  const isName =
    host.includes('.') &&
    host.length <= MAX_NAME &&
    /^[a-z0-9._-]+$/.test(host) &&
    !SPECIAL_SUFFIXES.test(host)
  return isName ? { ok: true, url, lookUp: host } : { ok: false }
}
