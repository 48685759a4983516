/**
 * Reads a form (RFC 7578) part by part as it arrives. Only one read's bytes are in memory, however large the form's
 * files are. For short forms there is `readForm`.
 */
import type { Failure } from '../failure/failure.ts'
import { notReadFailure } from './body.ts'
import { CROWDED_IDLE_MS, IDLE_MS, Patience } from './body-patience.ts'
import { endOfHead, headIn, MAX_HEAD_BYTES, type PartHead } from './part-head.ts'
import type { Upload } from './unfinished-bodies.ts'

/** The form cannot be read to its end. `FormParts` throws nothing else. */
export class UnreadableForm extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.message)
    this.failure = failure
  }
}

/**
 * A client could start many uploads and then send nothing more. So the buffer of each starts small and grows with
 * what arrives.
 */
const FIRST_READ_BYTES = 16_384
const READ_BYTES = 131_072
const MAX_TEXT_BYTES = 65_536
const MAX_PARTS = 100
const [CR, LF, DASH] = [13, 10, 45]

/** The boundary between the parts of a request's form. Null if the content type is not a form's. */
export function boundaryIn(headers: Headers): string | null {
  const type = headers.get('content-type') ?? ''
  if (!/^multipart\/form-data\s*;/i.test(type)) return null
  const [, quoted, bare] = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(type) ?? []
  return quoted ?? bare ?? null
}

export class FormParts {
  readonly #reader: ReadableStreamBYOBReader
  readonly #upload: Upload
  /** Stands before each part and after the last one. */
  readonly #delimiter: Uint8Array
  #patience = new Patience()
  /** The first delimiter has no line break before it, so one is put here. */
  #bytes = new Uint8Array(new ArrayBuffer(FIRST_READ_BYTES))
  #start = 0
  #end = 2
  #isAtEnd = false
  #count = 0

  /** `upload` counts what the client's uploads hold, which decides how long this one may stand still. */
  constructor(body: ReadableStream<Uint8Array>, boundary: string, upload: Upload) {
    this.#reader = body.getReader({ mode: 'byob' })
    this.#upload = upload
    this.#delimiter = new TextEncoder().encode(`\r\n--${boundary}`)
    this.#bytes.set([CR, LF])
  }

  /** The next part; null after the last one. Skips whatever was not read of the part before. */
  async next(): Promise<PartHead | null> {
    while ((await this.read()) !== null);
    this.#patience = new Patience()
    this.#start += this.#delimiter.length
    if (await this.#isLast()) return null
    if (++this.#count > MAX_PARTS) throw malformed()
    const head = headIn(await this.#head())
    if (head === null) throw malformed()
    return head
  }

  /** The next bytes of this part; null at its end. They are valid only until the next call. */
  async read(): Promise<Uint8Array | null> {
    for (;;) {
      const at = this.#delimiterAt()
      // A delimiter may begin in the last bytes that have arrived.
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

  /** The whole text of this part. Not meant for files. */
  async text(): Promise<string> {
    const decoder = new TextDecoder()
    let text = ''
    for (let bytes = await this.read(); bytes !== null; bytes = await this.read()) {
      text += decoder.decode(bytes, { stream: true })
      if (text.length > MAX_TEXT_BYTES) throw malformed()
    }
    return text + decoder.decode()
  }

  /** Starts the client's time anew. To be called after each piece of a long file. */
  goOn(): void {
    this.#patience = new Patience()
  }

  /** To be called if the rest of the form is not wanted. */
  cancel(): void {
    void this.#reader.cancel().catch(() => undefined) // it may be broken already
  }

  async #isLast(): Promise<boolean> {
    while (this.#end - this.#start < 2) await this.#more()
    return this.#bytes[this.#start] === DASH && this.#bytes[this.#start + 1] === DASH
  }

  /**
   * Reads what stands between the delimiter, whose line may end in spaces, and the next empty line, and skips that
   * line.
   */
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

  /** Reads more bytes behind those that are held. Throws if no more come. */
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
    // Each read detaches the buffer and returns a new one, even the last read.
    if (value !== undefined) this.#bytes = new Uint8Array(value.buffer)
    this.#end += value?.byteLength ?? 0
    this.#isAtEnd = done || (value?.byteLength ?? 0) < room
  }
}

function malformed(): UnreadableForm {
  return new UnreadableForm(MALFORMED)
}

export const MALFORMED: Failure = {
  reason: 'invalid_form',
  message: 'The request body is not a well-formed form.',
}
