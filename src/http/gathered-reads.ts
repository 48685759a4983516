/**
 * A buffer that one read filled is replaced by one of twice the size, up to MAX_BUFFER_BYTES. Each open stream holds one, and
 * most of Google's events are shorter than this.
 */
const MIN_BUFFER_BYTES = 2048
const MAX_BUFFER_BYTES = 65_536
const DRAINED_AT_ONCE_BYTES = 16384
/** Back-pressure: a gathered stream is fetched at most about this far ahead of its reader. */
const AHEAD_BYTES = 24_576

/**
 * Reads a stream, and can gather it: then one read brings all chunks that came since the read before.
 *
 * workerd gives one HTTP chunk per read, and a read costs more than everything else that is done with a chunk. A gathered
 * stream is split in two. One half flows on inside the runtime, without waking JavaScript, and is thrown away. It only serves
 * to fetch the chunks: the runtime keeps each of them for the other half until that is read.
 */
export class GatheredReads {
  readonly #body: ReadableStream<Uint8Array>
  #reader: ReadableStreamBYOBReader
  /** One buffer serves all reads: each read takes it away, `giveBack` returns it. */
  #buffer = new ArrayBuffer(MIN_BUFFER_BYTES)
  #drain: Drain | null = null
  #isFull = false

  constructor(body: ReadableStream<Uint8Array>) {
    this.#body = body
    this.#reader = body.getReader({ mode: 'byob' })
  }

  /** Whether the last read filled its buffer, so that more is probably there. */
  get isFull(): boolean {
    return this.#isFull
  }

  /** Gathers from now on. Call it only between reads. It costs a little for each chunk, so slow streams do without. */
  gather(): void {
    if (this.#drain !== null) return
    this.#reader.releaseLock()
    const [read, drained] = this.#body.tee()
    this.#reader = read.getReader({ mode: 'byob' })
    this.#drain = new Drain(drained)
  }

  /** Rejects if the connection breaks. What it brings must be given back before the next read. */
  read(): Promise<ReadableStreamReadResult<Uint8Array<ArrayBuffer>>> {
    return this.#reader.read(new Uint8Array(this.#buffer))
  }

  giveBack({ byteLength, buffer }: Uint8Array<ArrayBuffer>): void {
    this.#isFull = byteLength === buffer.byteLength
    const grows = this.#isFull && byteLength < MAX_BUFFER_BYTES
    this.#buffer = grows ? new ArrayBuffer(byteLength * 2) : buffer
    this.#drain?.wasRead(byteLength)
  }
}

/** Throws a stream away, and wakes JavaScript only once in DRAINED_AT_ONCE_BYTES. */
class Drain {
  readonly #reader: ReadableStreamBYOBReader
  #buffer = new ArrayBuffer(DRAINED_AT_ONCE_BYTES)
  /** Bytes that were drained and not yet read. */
  #ahead = 0
  #isWaiting = false

  constructor(stream: ReadableStream<Uint8Array>) {
    const { readable, writable } = new IdentityTransformStream()
    this.#reader = readable.getReader({ mode: 'byob' })
    stream.pipeTo(writable).catch(() => undefined) // the reader of the other half sees the error
    this.#go()
  }

  /** The other half was read so far. */
  wasRead(bytes: number): void {
    this.#ahead -= bytes
    if (this.#isWaiting) this.#go()
  }

  #go(): void {
    this.#isWaiting = this.#ahead >= AHEAD_BYTES
    if (this.#isWaiting) return
    const view = new Uint8Array(this.#buffer)
    this.#reader.readAtLeast(view.byteLength, view).then(
      ({ done, value }) => {
        if (done || value === undefined) return
        this.#buffer = value.buffer as ArrayBuffer
        this.#ahead += value.byteLength
        this.#go()
      },
      () => undefined, // as above
    )
  }
}
