import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boundaryIn, FormParts, UnreadableForm } from '../../src/http/form-parts.ts'
import { Upload } from '../../src/http/unfinished-bodies.ts'

/** workerd's own extension `readAtLeast`, which Node lacks. */
class Reader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  async readAtLeast(min: number, view: Uint8Array) {
    const bytes = this.#bytes.subarray(this.#at, this.#at + Math.min(min, view.byteLength))
    this.#at += bytes.byteLength
    const { byteOffset } = view
    const buffer = (view.buffer as ArrayBuffer).transfer()
    const value = new Uint8Array(buffer, byteOffset, bytes.byteLength)
    value.set(bytes)
    return { done: bytes.byteLength === 0, value }
  }

  async cancel() {}
}

function partsOf(bytes: Uint8Array, boundary: string): FormParts {
  const body = { getReader: () => new Reader(bytes) } as unknown as ReadableStream<Uint8Array>
  return new FormParts(body, boundary, new Upload('me', 0))
}

interface Read {
  readonly name: string
  readonly fileName: string | null
  readonly type: string
  readonly bytes: string
}

async function allOf(bytes: Uint8Array, boundary: string): Promise<Read[]> {
  const parts = partsOf(bytes, boundary)
  const all: Read[] = []
  for (let part = await parts.next(); part !== null; part = await parts.next()) {
    const pieces: number[] = []
    for (let piece = await parts.read(); piece !== null; piece = await parts.read()) {
      for (const byte of piece) pieces.push(byte)
    }
    all.push({ ...part, bytes: Buffer.from(pieces).toString('hex') })
  }
  return all
}

async function written(form: FormData): Promise<{ bytes: Uint8Array; boundary: string }> {
  const response = new Response(form)
  const boundary = boundaryIn(response.headers)
  return { bytes: new Uint8Array(await response.arrayBuffer()), boundary: boundary ?? '' }
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value)

describe('the parts of a form', () => {
  it('are what was put into it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            name: fc.string({ minLength: 1, unit: 'grapheme' }),
            fileName: fc.option(fc.string({ minLength: 1, unit: 'grapheme' })),
            // Line breaks and dashes resemble delimiters. Some lengths are near that of a read.
            bytes: fc.oneof(
              fc.uint8Array({ maxLength: 60 }),
              fc
                .array(fc.constantFrom('\r', '\n', '\r\n--', '-', '--', 'x'), { maxLength: 40 })
                .map((list) => text(list.join(''))),
              fc.integer({ min: 16_000, max: 17_000 }).map((size) => new Uint8Array(size).fill(13)),
            ),
          }),
          { maxLength: 6 },
        ),
        async (fields) => {
          const form = new FormData()
          for (const { name, fileName, bytes } of fields) {
            const blob = new Blob([Uint8Array.from(bytes)])
            if (fileName === null) form.append(name, Buffer.from(bytes).toString('hex'))
            else form.append(name, blob, fileName)
          }
          const { bytes, boundary } = await written(form)
          const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex')
          // Forms write every line break as CRLF (WHATWG, "multipart/form-data").
          const word = (value: string): string => value.replaceAll(/\r\n|\r|\n/g, '\r\n')
          const read = await allOf(bytes, boundary)
          expect(read.map(({ name, bytes: of }) => [name, of])).toEqual(
            fields.map((field) => [
              word(field.name),
              field.fileName === null ? hex(text(hex(field.bytes))) : hex(field.bytes),
            ]),
          )
          expect(read.map(({ fileName }) => fileName !== null)).toEqual(
            fields.map(({ fileName }) => fileName !== null),
          )
        },
      ),
      { numRuns: 50 },
    )
  })

  it.each([
    ['form-data; name="file"; filename="a b.txt"', 'a b.txt'],
    ['form-data; name="file"; filename="a\\"b.txt"', 'a"b.txt'],
    ['form-data; name="file"; filename="a%22b.txt"', 'a"b.txt'],
    ['form-data; name="file"; filename="a\\""', 'a"'],
    ['form-data; name="file"; filename="\\"', '\\'],
    ['form-data; filename="a\\" ; name="file"', 'a\\'],
    ['form-data; name=file; filename=plain.txt', 'plain.txt'],
    ['FORM-DATA; filename="first.txt"; name="file"', 'first.txt'],
    ['form-data; name="file"; filename="_"; filename*=UTF-8\'\'gr%C3%BC%C3%9Fe.txt', 'grüße.txt'],
    ['form-data; name="file"; filename="kept.txt"; filename*=UTF-8\'\'%E0%A4', 'kept.txt'],
    ['form-data; name="file"; filename=""', ''],
  ])('are called so: %s', async (disposition, fileName) => {
    const sent = `preamble\r\n--b \r\ncontent-type: text/x\r\nContent-Disposition: ${disposition}\r\n\r\nhi\r\n--b--\r\nafter`
    expect(await allOf(text(sent), 'b')).toEqual([
      { name: 'file', fileName, type: 'text/x', bytes: '6869' },
    ])
  })

  const head = 'content-disposition: form-data; name="a"'
  it.each([
    ['', 'x'],
    ['--b', 'no end of the line'],
    ['--b\r\n', 'no head'],
    [`--b\r\n${head}\r\n\r\nvalue`, 'no end'],
    [`--b\r\n${head}\r\n\r\nvalue\r\n--bb`, 'another delimiter'],
    ['--b\r\ncontent-disposition: form-data\r\n\r\nx\r\n--b--', 'no name'],
    ['--b\r\n\r\nx\r\n--b--', 'no disposition'],
    ['--b\r\ncontent-disposition: attachment; name="a"\r\n\r\nx\r\n--b--', 'no form data'],
    [`--b\r\n${head}${'x'.repeat(20_000)}\r\n\r\nx\r\n--b--`, 'a head without end'],
    [`--b\r\n${head}\r\n\r\n--b\r\n`.repeat(101), 'too many'],
  ])('are refused: %j', async (sent) => {
    await expect(allOf(text(sent), 'b')).rejects.toThrow(UnreadableForm)
  })

  it('never end in anything but that, whatever is sent', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('--b', '\r\n', '--', head, ':', 'x', '\r', '\n', ' ', '"')),
        async (list) => {
          const outcome = await allOf(text(list.join('')), 'b').catch((error: unknown) => error)
          expect(Array.isArray(outcome) || outcome instanceof UnreadableForm).toBe(true)
        },
      ),
      { numRuns: 500 },
    )
  })
})

describe('a boundary', () => {
  it.each([
    ['multipart/form-data; boundary=abc', 'abc'],
    ['Multipart/Form-Data; charset=utf-8; boundary="a b"', 'a b'],
    ['multipart/form-data', null],
    ['multipart/mixed; boundary=abc', null],
    ['application/json', null],
  ])('of %s', (type, boundary) => {
    expect(boundaryIn(new Headers({ 'content-type': type }))).toBe(boundary)
  })
})
