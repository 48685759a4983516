import type { Context } from '../dialect.ts'

/** With the request's own id in it, so that who has an answer finds its line of log. */
export function messageId({ requestId }: Context): string {
  return `msg_${requestId.slice('req_'.length)}`
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const LENGTH = 24

/**
 * Of a call. At random, since Claude Code drops a call whose id it has seen before in the conversation, and Google's own ids are
 * not known to be unique; of letters and digits alone, since others are rewritten on their way back (docs/clients.md).
 */
export function toolId(prefix: 'toolu_' | 'srvtoolu_'): string {
  const bytes = crypto.getRandomValues(new Uint8Array(LENGTH))
  let id: string = prefix
  // A little uneven, which does no harm: of 62 letters each is at least one in 64.
  for (const byte of bytes) id += ALPHABET.charAt(byte % ALPHABET.length)
  return id
}
