/** What Google was sent for a user's requests, on any upstream. */
import type { GenerateContentRequest } from '../../src/gemini/types.ts'
import { callsOf, type User } from './pollux.ts'

/** The pivot of the last call with the user's first credential, without an envelope. */
export async function lastRequestOf(user: User): Promise<GenerateContentRequest> {
  const calls = await callsOf(user.credentials[0]?.handle ?? '')
  const body = calls.at(-1)?.body
  const isEnveloped = typeof body === 'object' && body !== null && 'request' in body
  // the emulator has checked its form
  return (isEnveloped ? body.request : body) as GenerateContentRequest
}
