/** Which IP addresses belong to the public internet (IANA's special-purpose address registries, RFC 6890). Pure. */

/** Dotted IPv4 as a number; null if the text is not an IPv4 address. */
function parseIpv4(text: string): number | null {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number)
  if (parts === undefined || parts.some((part) => part > 255)) return null
  return parts.reduce((address, part) => address * 256 + part, 0)
}

/** The eight groups of an IPv6 address; null if the text is not one. */
function parseIpv6(text: string): readonly number[] | null {
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text)
  const ipv4 = tail === null ? null : parseIpv4(tail[2] ?? '')
  if (tail !== null && ipv4 === null) return null
  const plain =
    ipv4 === null
      ? text
      : `${tail?.[1] ?? ''}${Math.floor(ipv4 / 65_536).toString(16)}:${(ipv4 % 65_536).toString(16)}`
  const halves = plain.split('::')
  if (halves.length > 2) return null
  const [head = [], rest = []] = halves.map((half) => (half === '' ? [] : half.split(':')))
  const missing = 8 - head.length - rest.length
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null
  const groups = [...head, ...Array<string>(missing).fill('0'), ...rest]
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return null
  return groups.map((group) => parseInt(group, 16))
}

/**
 * First address and prefix length of the ranges without public hosts: own network, private, shared, link-local, test,
 * multicast, reserved.
 */
const IPV4_SPECIAL: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]

function isPublicIpv4(address: number): boolean {
  return IPV4_SPECIAL.every(([first, length]) => {
    const size = 2 ** (32 - length)
    return Math.floor(address / size) !== Math.floor((parseIpv4(first) ?? 0) / size)
  })
}

/**
 * Only global unicast (2000::/3) is public. Excluded from it are IETF protocol assignments (Teredo among them), 6to4,
 * which hides an IPv4 address, and documentation. All other addresses that embed IPv4 (mapped, NAT64) lie outside
 * 2000::/3.
 */
function isPublicIpv6([first = 0, second = 0]: readonly number[]): boolean {
  if (first < 0x2000 || first > 0x3fff) return false
  if (first === 0x2001) return second >= 0x0200 && second !== 0x0db8
  return first !== 0x2002 && !(first === 0x3fff && second < 0x1000)
}

/** Whether the text is the address of a public host. False for anything that is not an IP address. */
export function isPublicAddress(text: string): boolean {
  const ipv4 = parseIpv4(text)
  if (ipv4 !== null) return isPublicIpv4(ipv4)
  const ipv6 = parseIpv6(text)
  return ipv6 !== null && isPublicIpv6(ipv6)
}
