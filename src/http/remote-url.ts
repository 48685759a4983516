/**
 * Which addresses a client may make Pollux fetch. A forbidden address must not slip through in another spelling. The
 * URL parser turns every spelling of an IPv4 address (decimal, hexadecimal, octal, short, full-width,
 * percent-encoded) into the dotted form, and names into ASCII (WHATWG URL, "Host parsing"), so the host judged here
 * is the one that `fetch` will ask. Pure: the caller must still look up what a name resolves to.
 */
import { isPublicAddress } from './public-address.ts'

const MAX_LENGTH = 4096
const MAX_NAME = 253

/**
 * Names that are never on the public internet (RFC 6761, 6762, 8375, 9476; ICANN's `internal`), and names that clouds
 * and routers use.
 */
const SPECIAL_SUFFIXES =
  /(?:^|\.)(?:localhost|localdomain|local|internal|intranet|private|corp|home|lan|home\.arpa|arpa|test|example|invalid|onion|alt)$/

export type RemoteUrl =
  | { readonly ok: true; readonly url: URL; readonly lookUp: string | null }
  | { readonly ok: false }

/**
 * Reads and judges an address. `lookUp` is the host name; all addresses that it resolves to must be public too. Null
 * if the host is an IP address, or if the operator trusts the origin.
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
