const FIRST_BUFFER_BYTES = 16_384
/** workerd reads into memory of its own, as much as is asked for, and copies it from there. */
const READ_BYTES = 131_072

/**
 * All bytes of a stream in one buffer, which is as large as they are where `expected` tells how many they will be: it is
 * filled as they come. Null where there are more than `limit`.
 */
export async function readBytes(
  stream: ReadableStream<Uint8Array>,
  { expected, limit }: { readonly expected: number; readonly limit: number },
): Promise<Uint8Array | null> {
  const reader = stream.getReader({ mode: 'byob' })
  // One byte more, so that the end shows with the last of them.
  let buffer = new ArrayBuffer((expected > 0 ? Math.min(expected, limit) : FIRST_BUFFER_BYTES) + 1)
  let size = 0
  for (;;) {
    const room = Math.min(READ_BYTES, buffer.byteLength - size)
    const { done, value } = await reader.readAtLeast(room, new Uint8Array(buffer, size, room))
    // The buffer comes back as another object, also with the last read.
    if (value !== undefined) {
      buffer = value.buffer
      size += value.byteLength
    }
    if (size > limit) {
      await reader.cancel()
      return null
    }
    const isShort = (value?.byteLength ?? 0) < room
    if (done || isShort) return new Uint8Array(buffer, 0, size)
    if (size === buffer.byteLength) buffer = buffer.transfer(Math.min(2 * size, limit + 1))
  }
}
