/**
 * A form (RFC 7578) as it comes, part by part: what is in memory of it is one read, however large its files are. For short forms
 * there is `readForm`.
 */
import type { Failure } from '../failure/failure.ts'
import { notReadFailure } from './body.ts'
import { CROWDED_IDLE_MS, IDLE_MS, Patience } from './patience.ts'
import type { Upload } from './uploads.ts'

/** What a part is called, and of a file its own name and type. */
export interface PartHead {
  readonly name: string
  /** Null where the part is no file. */
  readonly fileName: string | null
  readonly type: string
}

/** The form cannot be read to its end; all that a `FormParts` throws. */
export class UnreadableForm extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.message)
    this.failure = failure
  }
}

/** A client may begin many uploads and send nothing more, so what each holds grows with what it sends. */
const FIRST_READ_BYTES = 16_384
const READ_BYTES = 131_072
const MAX_HEAD_BYTES = 8192
const MAX_TEXT_BYTES = 65_536
const MAX_PARTS = 100
const [CR, LF, DASH] = [13, 10, 45]

/** What stands between the parts of a request's form; null where its type says that it is none. */
export function boundaryIn(headers: Headers): string | null {
  const type = headers.get('content-type') ?? ''
  if (!/^multipart\/form-data\s*;/i.test(type)) return null
  const [, quoted, bare] = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(type) ?? []
  return quoted ?? bare ?? null
}

export class FormParts {
  readonly #reader: ReadableStreamBYOBReader
  readonly #upload: Upload
  /** Before each part, and after the last. */
  readonly #delimiter: Uint8Array
  #patience = new Patience()
  /** The line break before the first delimiter is not sent: it is put here. */
  #bytes = new Uint8Array(new ArrayBuffer(FIRST_READ_BYTES))
  #start = 0
  #end = 2
  #isAtEnd = false
  #count = 0

  /** `upload`: what the client's uploads hold, by which it is told how long this one may stand still. */
  constructor(body: ReadableStream<Uint8Array>, boundary: string, upload: Upload) {
    this.#reader = body.getReader({ mode: 'byob' })
    this.#upload = upload
    this.#delimiter = new TextEncoder().encode(`\r\n--${boundary}`)
    this.#bytes.set([CR, LF])
  }

  /** The next part; null after the last. What was not read of the one before is passed over. */
  async next(): Promise<PartHead | null> {
    while ((await this.read()) !== null);
    this.#patience = new Patience()
    this.#start += this.#delimiter.length
    if (await this.#isLast()) return null
    if (++this.#count > MAX_PARTS) throw malformed()
    return headIn(await this.#head())
  }

  /** The next bytes of this part, which are good until the next call; null at its end. */
  async read(): Promise<Uint8Array | null> {
    for (;;) {
      const at = this.#delimiterAt()
      // It may begin with the last bytes that are there.
      const end = at ?? this.#end - this.#delimiter.length + 1
      if (end > this.#start) {
        const bytes = this.#bytes.subarray(this.#start, end)
        this.#start = end
        return bytes
      }
      if (at !== null) return null
      await this.#more()
    }
  }

  /** All of this part, which is not to be a file. */
  async text(): Promise<string> {
    const decoder = new TextDecoder()
    let text = ''
    for (let bytes = await this.read(); bytes !== null; bytes = await this.read()) {
      text += decoder.decode(bytes, { stream: true })
      if (text.length > MAX_TEXT_BYTES) throw malformed()
    }
    return text + decoder.decode()
  }

  /** A long file has time between its pieces, as each of them was waited for. */
  goOn(): void {
    this.#patience = new Patience()
  }

  /** For whoever does not want the rest. */
  cancel(): void {
    void this.#reader.cancel().catch(() => undefined) // it may be broken already
  }

  async #isLast(): Promise<boolean> {
    while (this.#end - this.#start < 2) await this.#more()
    return this.#bytes[this.#start] === DASH && this.#bytes[this.#start + 1] === DASH
  }

  /** From the delimiter, whose line may end in spaces, up to the empty line; that is passed. */
  async #head(): Promise<string> {
    for (;;) {
      const held = this.#bytes.subarray(this.#start, this.#end)
      const end = endOfHead(held)
      if (end !== null) {
        this.#start += end + 4
        return new TextDecoder().decode(held.subarray(0, end))
      }
      if (held.length > MAX_HEAD_BYTES) throw malformed()
      await this.#more()
    }
  }

  #delimiterAt(): number | null {
    const last = this.#end - this.#delimiter.length
    for (let at = this.#start; at <= last; at++) {
      at = this.#bytes.indexOf(CR, at)
      if (at < 0 || at > last) return null
      if (this.#delimiter.every((byte, index) => this.#bytes[at + index] === byte)) return at
    }
    return null
  }

  /** Reads on, behind what is held. Throws where nothing more comes. */
  async #more(): Promise<void> {
    if (this.#isAtEnd) throw malformed()
    const held = this.#bytes.subarray(this.#start, this.#end)
    const isFull = held.length > this.#bytes.length / 2 || this.#end === this.#bytes.length
    const size = isFull ? Math.min(2 * this.#bytes.length, READ_BYTES) : this.#bytes.length
    if (size > this.#bytes.length) {
      const larger = new Uint8Array(new ArrayBuffer(size))
      larger.set(held)
      this.#bytes = larger
    } else this.#bytes.copyWithin(0, this.#start, this.#end)
    this.#start = 0
    this.#end = held.length
    const room = size - this.#end
    const view = new Uint8Array(this.#bytes.buffer, this.#end, room)
    const { isCrowded } = this.#upload
    const reading = this.#reader.readAtLeast(room, view).catch(() => {
      throw malformed() // the client broke off
    })
    const read = await this.#patience.for(reading, isCrowded ? CROWDED_IDLE_MS : IDLE_MS)
    if (read === null) {
      throw new UnreadableForm(notReadFailure(isCrowded ? 'too_many' : 'too_slow', 0))
    }
    const { done, value } = read
    // The buffer comes back as another object, also with the last read.
    if (value !== undefined) this.#bytes = new Uint8Array(value.buffer)
    this.#end += value?.byteLength ?? 0
    this.#isAtEnd = done || (value?.byteLength ?? 0) < room
  }
}

/** Where the empty line begins that ends a head. */
function endOfHead(bytes: Uint8Array): number | null {
  for (let at = bytes.indexOf(CR); at >= 0; at = bytes.indexOf(CR, at + 1)) {
    if (bytes[at + 1] === LF && bytes[at + 2] === CR && bytes[at + 3] === LF) return at
  }
  return null
}

function headIn(head: string): PartHead {
  const lines = head.split('\r\n').slice(1)
  const valueOf = (name: string): string => {
    const line = lines.find((one) => one.toLowerCase().startsWith(`${name}:`))
    return line === undefined ? '' : line.slice(name.length + 1).trim()
  }
  const disposition = valueOf('content-disposition')
  const name = parameter(disposition, 'name')
  if (!/^form-data\b/i.test(disposition) || name === null) throw malformed()
  const fileName = extended(disposition) ?? parameter(disposition, 'filename')
  return { name, fileName, type: valueOf('content-type') }
}

/** Browsers and SDKs write `%22` for a quote and `%0D%0A` for a line break (WHATWG), others `\"`. */
function parameter(header: string, name: string): string | null {
  const pattern = new RegExp(`;\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s;"]+))`, 'i')
  const [, quoted, bare] = pattern.exec(header) ?? []
  const value = quoted ?? bare
  if (value === undefined) return null
  return value
    .replaceAll(/\\(["\\])/g, '$1')
    .replaceAll(/%(22|0D|0A)/gi, (_, code: string) => String.fromCodePoint(parseInt(code, 16)))
}

/** `filename*=UTF-8''a%20b` (RFC 5987), which goes before the other. */
function extended(header: string): string | null {
  const [, written] = /;\s*filename\*=utf-8'[^']*'([^\s;]+)/i.exec(header) ?? []
  try {
    return written === undefined ? null : decodeURIComponent(written)
  } catch {
    return null
  }
}

function malformed(): UnreadableForm {
  return new UnreadableForm(MALFORMED)
}

export const MALFORMED: Failure = {
  reason: 'invalid_form',
  message: 'The request body is not a well-formed form.',
}
