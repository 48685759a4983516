/** Files that a client shows to a model, and which of them reached Google. */
import { base64, BYTES } from '../../support/media.ts'
import type { Pollux, User } from './pollux.ts'

export const { png: PNG, pdf: PDF, wav: WAV } = BYTES

export function dataUrl(mimeType: string, bytes: Uint8Array): string {
  return `data:${mimeType};base64,${base64(bytes)}`
}

/** A file as Google should get it. */
export function inline(mimeType: string, bytes: Uint8Array) {
  return { mimeType, data: base64(bytes) }
}

/** The files in the last request of a user that reached Google. */
export async function filesSent(pollux: Pollux, user: User): Promise<readonly unknown[]> {
  const body = (await pollux.callsTo(user)).at(-1)?.body
  const files: unknown[] = []
  JSON.stringify(body, (key, value: unknown) => {
    if (key === 'inlineData') files.push(value)
    return value
  })
  return files
}
