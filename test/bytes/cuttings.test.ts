import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MIN_RUN } from '../../src/bytes/base64-runs.ts'
import { Cuttings } from '../../src/bytes/cuttings.ts'

const UTF8 = new TextEncoder()

function cut(json: string, offset = 0): { value: unknown; text: string; cuttings: Cuttings } {
  const bytes = UTF8.encode(' '.repeat(offset) + json).subarray(offset)
  const { text, cuttings } = Cuttings.of(bytes)
  return { value: JSON.parse(text), text, cuttings }
}

function joined(pieces: readonly Uint8Array[]): string {
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  return pieces.map((piece) => utf8.decode(piece, { stream: true })).join('') + utf8.decode()
}

function base64(bytes: number, seed = 1): string {
  return Uint8Array.from({ length: bytes }, (_, i) => (i * 31 + seed * 7) % 256).toBase64()
}

const PICTURE = base64(20_000)
const URL = `data:image/png;base64,${PICTURE}`

const long = fc
  .tuple(fc.constantFrom('', 'data:image/png;base64,', 'DATA:a/b;x=1;base64,'), fc.nat(9000))
  .map(([prefix, more]) => prefix + base64((MIN_RUN * 3) / 4 + more - 3000, more))
const document = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: 'binary' }),
    fc.integer(),
    fc.constant(null),
    long,
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(fc.string(), tie('value'), { maxKeys: 5 }),
  ),
})).value

describe('Cuttings', () => {
  it('put back what they cut out, wherever it is in the document', () => {
    fc.assert(
      fc.property(document, fc.constantFrom(undefined, 2), fc.nat(3), (original, space, offset) => {
        const { value, cuttings } = cut(JSON.stringify(original, null, space), offset)
        const whole: unknown = JSON.parse(JSON.stringify(original)) // JSON turns -0 into 0.
        expect(cuttings.uncut(value)).toEqual(whole)
        expect(joined(cuttings.splice(JSON.stringify(value)))).toBe(JSON.stringify(whole))
      }),
      { numRuns: 300 },
    )
  })

  it('are the same of a text as of its bytes', () => {
    fc.assert(
      fc.property(document, (original) => {
        const json = JSON.stringify(original)
        const { text, cuttings } = Cuttings.ofText(json)
        expect(cuttings.isEmpty).toBe(cut(json).cuttings.isEmpty)
        expect(joined(cuttings.splice(text))).toBe(json)
      }),
    )
  })

  it('leave little in the text, and the string’s beginning', () => {
    const { value, text, cuttings } = cut(JSON.stringify({ url: URL, more: [PICTURE, 'short'] }))
    const { url, more } = value as { url: string; more: [string, string] }
    expect(text.length).toBeLessThan(2300)
    expect(URL.startsWith(cuttings.headOf(url))).toBe(true)
    expect(cuttings.headOf(url).length).toBe('data:image/png;base64,'.length + 1024)
    expect(cuttings.lengthOf(url)).toBe(URL.length)
    expect(cuttings.lengthOf(more[0])).toBe(PICTURE.length)
    expect(cuttings.lengthOf(more[1])).toBe(5)
    expect(cuttings.headOf(more[1])).toBe('short')
  })

  it('are spliced as often and in whatever order their marks occur', () => {
    const other = base64(20_000, 2)
    const { value, cuttings } = cut(JSON.stringify([PICTURE, other]))
    const [one = '', two = ''] = value as string[]
    const pieces = cuttings.splice(`ä ${two} ${one} ${two}`)
    expect(joined(pieces)).toBe(`ä ${other} ${PICTURE} ${other}`)
  })

  it('are pieces of the bytes that came, not copies', () => {
    const bytes = UTF8.encode(JSON.stringify([PICTURE]))
    const { text, cuttings } = Cuttings.of(bytes)
    expect(cuttings.splice(text).filter(({ buffer }) => buffer === bytes.buffer)).toHaveLength(1)
  })

  it('leave nothing of the bytes of a text that nothing is cut out of', () => {
    const bytes = UTF8.encode('["short"]')
    expect(Cuttings.of(bytes).text).toBe('["short"]')
    expect(bytes.byteLength).toBe(0)
  })

  it.each([
    ['an escaped slash', JSON.stringify([URL]).replaceAll('/', '\\/')],
    ['an escape at its end', `["${PICTURE}\\n"]`],
    ['another alphabet', JSON.stringify([PICTURE.replace(/.{9000}$/, (end) => `-_${end}`)])],
    ['white space', JSON.stringify([`${PICTURE.slice(0, 15_000)}\n${PICTURE.slice(15_000)}`])],
    ['words before it', JSON.stringify([`see ${PICTURE}`])],
    ['an escaped quote before it', JSON.stringify([`"${PICTURE}`])],
    ['more padding than there is', JSON.stringify([`${PICTURE}====`])],
    ['a colon after it', `{"${PICTURE}" : 1}`],
    ['few characters', JSON.stringify(['A'.repeat(MIN_RUN - 1)])],
  ])('leave a string with %s as it is', (_, json) => {
    const { text, cuttings } = cut(json)
    expect(cuttings.isEmpty).toBe(true)
    expect(text).toBe(json)
  })

  it('take nothing that a client sends for a mark', () => {
    const first = cut(JSON.stringify([PICTURE]))
    const mark = (first.value as string[])[0]?.slice(1024) ?? ''
    expect(mark).toMatch(/^~[\da-f]{32}\.0~$/)
    const document = [mark, '~0~', `~${'0'.repeat(32)}.0~`, PICTURE]
    const { value, cuttings } = cut(JSON.stringify(document))
    expect(cuttings.uncut(value)).toEqual(document)
    expect(joined(cuttings.splice(JSON.stringify(value)))).toBe(JSON.stringify(document))
  })

  it('throw where a mark was changed, so that none ever goes out', () => {
    const { value, cuttings } = cut(JSON.stringify([PICTURE]))
    const broken = JSON.stringify(value).replace('.0~', '.9~')
    expect(() => cuttings.splice(broken)).toThrow('changed')
  })

  it('make no JSON of what is none', () => {
    const lines = [`"a"${PICTURE}"b"`, `[${PICTURE}]`, `["${PICTURE}]`, `{"a":"${PICTURE}"`]
    for (const json of [...lines, `"a" : "${PICTURE}"x`, `"${'1'.repeat(MIN_RUN)}"2"`]) {
      expect(() => cut(json)).toThrow(SyntaxError)
    }
  })
})
