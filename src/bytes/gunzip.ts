import { lazy } from '../lazy.ts'

const zlib = lazy(() => process.getBuiltinModule('node:zlib'))

/** Bytes. workerd counts whole chunks against the bound, though the last one may be only partly filled. */
const SLACK = 65_536

/**
 * Decompresses gzip with any number of members (RFC 1952, section 2.2); the runtime's DecompressionStream would
 * refuse a second member as rubbish. Null if the result is longer than `limit` bytes. Rejects if the bytes are not
 * gzip.
 */
export function unzipped(bytes: Uint8Array, limit: number): Promise<Uint8Array | null> {
  return new Promise((resolve, reject) => {
    zlib().gunzip(
      bytes,
      { maxOutputLength: limit + SLACK },
      (error: Error | null, whole: Uint8Array) => {
        if (error === null) resolve(whole.byteLength > limit ? null : whole)
        else if (error instanceof RangeError) resolve(null)
        else reject(error)
      },
    )
  })
}
