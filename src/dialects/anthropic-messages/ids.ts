import type { Context } from '../dialect.ts'

/** Contains the request's own id, so that whoever has the answer finds the request in the log. */
export function messageId({ requestId }: Context): string {
  return `msg_${requestId.slice('req_'.length)}`
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const LENGTH = 24

/**
 * The id of a call. Random, since Claude Code drops a call whose id it has seen in the conversation before, and
 * Google's own ids may not be unique. Only letters and digits, since clients rewrite ids with other characters before
 * they send them back (docs/clients.md).
 */
export function toolId(prefix: 'toolu_' | 'srvtoolu_'): string {
  const bytes = crypto.getRandomValues(new Uint8Array(LENGTH))
  let id: string = prefix
  // The characters are not quite equally likely, which does no harm.
  for (const byte of bytes) id += ALPHABET.charAt(byte % ALPHABET.length)
  return id
}
