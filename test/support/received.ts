/** What Google was sent for a user's requests, whichever upstream they went to. */
import type { GenerateContentRequest } from '../../src/gemini/types.ts'
import { callsOf, type User } from './pollux.ts'

/** The pivot of the last call with the user's first credential, out of its envelope. */
export async function lastRequestOf(user: User): Promise<GenerateContentRequest> {
  const calls = await callsOf(user.credentials[0]?.handle ?? '')
  const body = calls.at(-1)?.body
  const isEnveloped = typeof body === 'object' && body !== null && 'request' in body
  // The emulator has checked that it is one.
  return (isEnveloped ? body.request : body) as GenerateContentRequest
}
