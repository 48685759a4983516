import { CROWDED_IDLE_MS, IDLE_MS, Patience } from './body-patience.ts'
import { Upload } from './unfinished-bodies.ts'

const FIRST_BUFFER_BYTES = 16_384
/** Bytes. workerd first reads into its own memory, as many bytes as are asked for, and then copies them. */
export const READ_BYTES = 131_072
/**
 * A sender of so much is taken to mean the length that it announced. From then on the buffer has that size: each growth
 * copies everything.
 */
const MEANT_BYTES = 1_048_576

export interface Reading {
  /** The announced length in bytes; 0 or NaN if none is announced. */
  readonly expected: number
  readonly limit: number
  /** Unfinished uploads of one owner are counted together. */
  readonly owner?: string
}

/**
 * Why the bytes were not read: more than the limit, nothing arrived for too long, or the owner's unfinished uploads
 * hold too much.
 */
export type NotRead = 'too_large' | 'too_slow' | 'too_many'

/**
 * All bytes of a stream in one buffer. The buffer grows with what arrives, since the announced length may be a lie.
 * Rejects if the stream breaks.
 */
export async function readBytes(
  stream: ReadableStream<Uint8Array>,
  { expected, limit, owner = '' }: Reading,
): Promise<Uint8Array | NotRead> {
  const upload = new Upload(owner, limit)
  const reader = stream.getReader({ mode: 'byob' })
  const patience = new Patience()
  const giveUp = (why: NotRead): NotRead => {
    void reader.cancel().catch(() => undefined) // the stream is given up, so an error of it no longer matters
    return why
  }
  // One byte more than announced, so that the read which brings the last byte also shows the end.
  const whole = expected > 0 ? Math.min(expected, limit) + 1 : Infinity
  let buffer = new ArrayBuffer(Math.min(FIRST_BUFFER_BYTES + 1, whole))
  let size = 0
  try {
    if (!upload.grow(buffer.byteLength)) return giveUp('too_many')
    for (;;) {
      const room = Math.min(READ_BYTES, buffer.byteLength - size)
      const reading = reader.readAtLeast(room, new Uint8Array(buffer, size, room))
      const isCrowded = upload.isCrowded
      const read = await patience.for(reading, isCrowded ? CROWDED_IDLE_MS : IDLE_MS)
      if (read === null) return giveUp(isCrowded ? 'too_many' : 'too_slow')
      const { done, value } = read
      // The read returns the buffer as a new object, also at the end of the stream.
      if (value !== undefined) {
        buffer = value.buffer
        size += value.byteLength
      }
      if (size > limit) return giveUp('too_large')
      const isShort = (value?.byteLength ?? 0) < room
      if (done || isShort) return new Uint8Array(buffer, 0, size)
      if (size === buffer.byteLength) {
        const isMeant = expected > 0 && size >= MEANT_BYTES
        const more = isMeant ? Infinity : 2 * size
        const larger = Math.min(more, limit + 1, Math.max(whole, size + 1))
        if (!upload.grow(larger)) return giveUp('too_many')
        buffer = buffer.transfer(larger)
      }
    }
  } finally {
    patience.end()
    upload.end()
  }
}
