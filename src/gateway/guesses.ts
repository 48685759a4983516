import { sha256Hex } from '../bytes/sha256.ts'
import type { Failure } from '../failure/failure.ts'
import { persistently } from '../persistently.ts'

/**
 * Counts wrong keys per client network on routes that accept the master key. Null if the request may go on. A slowed
 * network is refused even with the right key: otherwise the answer would confirm a guess at no cost.
 */
export async function slowed(env: Env, request: Request, wrong: number): Promise<Failure | null> {
  const name = await nameOfNetwork(networkOf(addressOf(request)))
  const waitMs = await persistently(() => env.GUESSES.getByName(name).knock(wrong))
  if (waitMs === 0) return null
  return {
    reason: 'guesses_slowed',
    message: `Too many wrong keys came from your address. Please try again in ${Math.ceil(waitMs / 1000)}s.`,
    retryAfterMs: waitMs,
  }
}

/**
 * The client's address, as Cloudflare says it. If workerd itself stands in front, the address of the connection,
 * without its port.
 */
function addressOf({ headers, cf }: Request): string {
  const given = headers.get('cf-connecting-ip')
  if (given !== null) return given
  const { clientIp } = (cf ?? {}) as { readonly clientIp?: unknown }
  return typeof clientIp === 'string' ? clientIp.replace(/:\d+$/, '').replace(/^\[|\]$/g, '') : ''
}

/**
 * The part of an address that one client cannot change: a whole IPv4 address, or the half of an IPv6 address that
 * names a network (RFC 4291, section 2.5.1), since the client chooses the other half. Pure.
 */
export function networkOf(address: string): string {
  const isIpv6 = address.includes(':') && !address.includes('.')
  if (!isIpv6) return address.slice(address.lastIndexOf(':') + 1) // an IPv4 address may come as ::ffff:192.0.2.1
  const [before, after] = address.toLowerCase().split('::').map(groupsOf)
  const zeros = after === undefined ? 0 : GROUPS - (before?.length ?? 0) - after.length
  return [...(before ?? []), ...Array<string>(Math.max(0, zeros)).fill('0'), ...(after ?? [])]
    .slice(0, GROUPS / 2)
    .join(':')
}

const GROUPS = 8

function groupsOf(text: string): readonly string[] {
  return text === '' ? [] : text.split(':').map((group) => group.replace(/^0+(?=.)/, ''))
}

/** Hashed, because names of objects are seen in logs and an address may be personal data. */
export function nameOfNetwork(network: string): Promise<string> {
  return sha256Hex(network)
}
