import { lazy } from '../lazy.ts'

/**
 * `crypto.subtle` needs an await, which a step of an object cannot have; an import would load all of Node's crypto at every
 * start.
 */
const nodeCrypto = lazy(() => process.getBuiltinModule('node:crypto'))

/** SHA-256 of a text, in hex. */
export function sha256Now(text: string): string {
  return nodeCrypto().createHash('sha256').update(text).digest('hex')
}

/** HMAC-SHA-256 of a text, in hex. */
export function hmacNow(key: Uint8Array, text: string): string {
  return nodeCrypto().createHmac('sha256', key).update(text).digest('hex')
}
