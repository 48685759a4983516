import { lazy } from '../lazy.ts'

const zlib = lazy(() => process.getBuiltinModule('node:zlib'))

/** workerd holds its bound against the chunks that it makes, the last of which need not be full. */
const SLACK = 65_536

/**
 * What gzip holds, in all its members (RFC 1952, section 2.2): the runtime's DecompressionStream takes a second one for rubbish. Null where
 * it is more than `limit` bytes. Rejects where it is no gzip.
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
