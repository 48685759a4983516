import { CROWDED_IDLE_MS, IDLE_MS, Patience } from './patience.ts'
import { Upload } from './uploads.ts'

const FIRST_BUFFER_BYTES = 16_384
/** workerd reads into memory of its own, as much as is asked for, and copies it from there. */
const READ_BYTES = 131_072

export interface Reading {
  /** How many bytes are announced; 0 or NaN where nothing is. */
  readonly expected: number
  readonly limit: number
  /** Whose unfinished uploads are counted together. */
  readonly owner?: string
}

/** Why there are no bytes: more than the limit, none for too long, or too much of the owner's under way already. */
export type NotRead = 'too_large' | 'too_slow' | 'too_many'

/**
 * All bytes of a stream in one buffer, which grows as they come: what is announced is only announced. Rejects where the stream
 * breaks off.
 */
export async function readBytes(
  stream: ReadableStream<Uint8Array>,
  { expected, limit, owner = '' }: Reading,
): Promise<Uint8Array | NotRead> {
  const upload = new Upload(owner, limit)
  const reader = stream.getReader({ mode: 'byob' })
  const patience = new Patience()
  const giveUp = (why: NotRead): NotRead => {
    void reader.cancel().catch(() => undefined) // it is given up as it is
    return why
  }
  // One byte more, so that the end shows with the last of them.
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
      // The buffer comes back as another object, also with the last read.
      if (value !== undefined) {
        buffer = value.buffer
        size += value.byteLength
      }
      if (size > limit) return giveUp('too_large')
      const isShort = (value?.byteLength ?? 0) < room
      if (done || isShort) return new Uint8Array(buffer, 0, size)
      if (size === buffer.byteLength) {
        const larger = Math.min(2 * size, limit + 1, Math.max(whole, size + 1))
        if (!upload.grow(larger)) return giveUp('too_many')
        buffer = buffer.transfer(larger)
      }
    }
  } finally {
    upload.end()
  }
}
