import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isPublicAddress } from '../../src/http/public-address.ts'
import { admitUrl } from '../../src/http/remote-url.ts'

describe('admits', () => {
  it.each([
    ['https://example.com/a.png', 'example.com'],
    ['https://example.com:443/a.png', 'example.com'],
    ['HTTPS://Example.COM./a.png', 'example.com'],
    ['https://bücher.de/a.png', 'xn--bcher-kva.de'],
    ['https://a.b.c.co.uk?x#y', 'a.b.c.co.uk'],
    ['https://8.8.8.8/a.png', null],
    ['https://[2606:4700::1111]/a.png', null],
  ])('%s', (url, lookUp) => {
    expect(admitUrl(url, [])).toMatchObject({ ok: true, lookUp })
  })

  it('an origin that the operator trusts, and nothing like it', () => {
    const trusted = ['http://10.0.0.5:8080']
    expect(admitUrl('http://10.0.0.5:8080/a.png', trusted)).toMatchObject({
      ok: true,
      lookUp: null,
    })
    expect(admitUrl('http://10.0.0.5/a.png', trusted).ok).toBe(false)
    expect(admitUrl('http://10.0.0.5:8080.evil.com/a.png', trusted).ok).toBe(false)
    expect(admitUrl('http://u:p@10.0.0.5:8080/a.png', trusted).ok).toBe(false)
  })
})

describe('refuses', () => {
  it.each([
    'http://example.com/a.png',
    'ftp://example.com/a.png',
    'file:///etc/passwd',
    'data:image/png;base64,AAAA',
    'https://user@example.com/',
    'https://user:password@example.com/',
    'https://example.com:8443/',
    'https://',
    '',
    'example.com/a.png',
    `https://example.com/${'a'.repeat(5000)}`,
    // Loopback and this network, in every spelling.
    'https://127.0.0.1/',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://0x7f.1/',
    'https://0177.0.0.1/',
    'https://017700000001/',
    'https://127.0.0.1./',
    'https://127。0。0。1/',
    'https://１２７.0.0.1/',
    'https://%31%32%37.0.0.1/',
    'https://①②⑦.0.0.1/',
    'https://0/',
    'https://0.0.0.0/',
    'https://[::]/',
    'https://[::1]/',
    'https://[0:0:0:0:0:0:0:1]/',
    'https://[::127.0.0.1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[2002:7f00:1::]/',
    'https://localhost/',
    'https://LOCALHOST/',
    'https://localhost./',
    'https://localhost../',
    'https://a.localhost/',
    'https://ⓛocalhost/',
    // Private, shared, link-local, metadata
    'https://10.0.0.1/',
    'https://172.16.0.1/',
    'https://172.31.255.255/',
    'https://192.168.0.1/',
    'https://100.64.0.1/',
    'https://169.254.169.254/',
    'https://0xa9fea9fe/',
    'https://[fe80::1]/',
    'https://[fc00::1]/',
    'https://[fd12:3456::1]/',
    'https://[fd00:ec2::254]/',
    'https://[::ffff:169.254.169.254]/',
    'https://metadata.google.internal/',
    'https://metadata.google.internal./',
    'https://METADATA.GOOGLE.INTERNAL/',
    'https://metadata/',
    'https://printer.local/',
    'https://nas.lan/',
    'https://router.home.arpa/',
    'https://intranet/',
    'https://1.0.0.127.in-addr.arpa/',
    // Multicast, reserved, documentation
    'https://224.0.0.1/',
    'https://255.255.255.255/',
    'https://240.0.0.1/',
    'https://192.0.2.1/',
    'https://198.18.0.1/',
    'https://[ff02::1]/',
    'https://[2001:db8::1]/',
    'https://[2001::1]/',
    'https://[3fff::1]/',
    'https://[fe80::1%25eth0]/',
  ])('%s', (url) => {
    expect(admitUrl(url, []).ok).toBe(false)
  })
})

const PRIVATE = fc.oneof(
  fc.tuple(fc.constantFrom(0, 10, 127), byte(), byte(), byte()),
  fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), byte(), byte()),
  fc.tuple(fc.constant(192), fc.constant(168), byte(), byte()),
  fc.tuple(fc.constant(169), fc.constant(254), byte(), byte()),
  fc.tuple(fc.constant(100), fc.integer({ min: 64, max: 127 }), byte(), byte()),
  fc.tuple(fc.integer({ min: 224, max: 255 }), byte(), byte(), byte()),
)

function byte() {
  return fc.integer({ min: 0, max: 255 })
}

type Octets = readonly [number, number, number, number]

/** How URLs may spell one number of an IPv4 address. */
const SPELLINGS: readonly ((value: number) => string)[] = [
  (value) => String(value),
  (value) => `0x${value.toString(16)}`,
  (value) => `0X${value.toString(16).toUpperCase()}`,
  (value) => `0${value.toString(8)}`,
  (value) => `0x000${value.toString(16)}`,
  (value) => `%3${String(value)[0]}${String(value).slice(1)}`,
]

const IPV4 = fc
  .tuple(
    PRIVATE,
    fc.integer({ min: 1, max: 4 }),
    fc.infiniteStream(fc.constantFrom(...SPELLINGS)),
    fc.constantFrom('', '.'),
  )
  .map(([octets, parts, spellings, dot]) => {
    const head = octets.slice(0, parts - 1)
    const last = octets.slice(parts - 1).reduce((sum, octet) => sum * 256 + octet, 0)
    return [...head, last].map((value) => spellings.next().value?.(value) ?? '').join('.') + dot
  })

const IPV6 = fc.oneof(
  PRIVATE.map((octets) => `[::ffff:${octets.join('.')}]`),
  PRIVATE.map((octets) => `[::ffff:${hexPair(octets)}]`),
  PRIVATE.map((octets) => `[64:ff9b::${hexPair(octets)}]`),
  PRIVATE.map((octets) => `[2002:${hexPair(octets)}::1]`),
  PRIVATE.map((octets) => `[::${octets.join('.')}]`),
  fc
    .tuple(fc.integer({ min: 0xfc00, max: 0xffff }), fc.ipV6())
    .map(([first, rest]) => `[${first.toString(16)}:${groupsOf(rest).slice(1).join(':')}]`),
)

function hexPair([a, b, c, d]: Octets): string {
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
}

/**
 * The eight groups of an IPv6 address in any spelling. The URL parser shortens it, and the missing groups are filled
 * in.
 */
function groupsOf(address: string): string[] {
  const short = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [head = '', rest] = short.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = rest === undefined || rest === '' ? [] : rest.split(':')
  return [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right]
}

describe('any spelling of a private address', () => {
  it('is refused as the host of a URL', () => {
    fc.assert(
      fc.property(fc.oneof(IPV4, IPV6), fc.webPath(), (host, path) => {
        expect(admitUrl(`https://${host}${path}`, []).ok).toBe(false)
      }),
      { numRuns: 3000 },
    )
  })

  it('is refused as the answer of a resolver', () => {
    fc.assert(
      fc.property(PRIVATE, (octets) => {
        expect(isPublicAddress(octets.join('.'))).toBe(false)
        expect(isPublicAddress(`::ffff:${octets.join('.')}`)).toBe(false)
      }),
    )
  })
})

describe('whatever a client sends as a URL', () => {
  it('is judged without a crash', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.webUrl(),
          fc.string(),
          fc.string().map((rest) => `https://${rest}`),
        ),
        (url) => {
          expect(typeof admitUrl(url, []).ok).toBe('boolean')
        },
      ),
    )
  })
})

describe('isPublicAddress', () => {
  it.each([
    '8.8.8.8',
    '172.15.255.255',
    '172.32.0.0',
    '100.63.255.255',
    '223.255.255.255',
    '2606:4700:4700::1111',
    '2001:4860:4860::8888',
    '2a00:1450:4001:82a::200e',
  ])('%s is', (address) => {
    expect(isPublicAddress(address)).toBe(true)
  })
  it.each([
    '',
    'example.com',
    '1.2.3',
    '1.2.3.256',
    '1.2.3.4.5',
    ':::',
    '2606::1::2',
    '2606:4700',
    '12345::',
    'g::1',
    '::ffff:8.8.8.8',
  ])('%s is not', (address) => {
    expect(isPublicAddress(address)).toBe(false)
  })
})
