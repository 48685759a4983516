/**
 * Files, caches, batches and interactions belong to the project of the API key. A key without a project counts as a
 * project of its own.
 */
import { statusFailure, failure } from '../errors/failure.ts'
import type { Failure } from '../errors/failure.ts'
import type { Exchange } from '../exchange.ts'
import type { ApiKeyInput } from '../protocol.ts'

export function ownerOf({ project, api_key: key }: ApiKeyInput): string {
  return project ?? key
}

/** The owner for the API key that made the call; empty if the call was not made with a key. */
export function callerOf({ call, state }: Exchange): string {
  const caller = state.credentials.get(call.credential ?? '')
  return caller?.type === 'api_key' ? ownerOf(caller) : ''
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** Only lower-case letters and digits: SDKs cut an id at any other character. */
export function newId(length: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(length))
  return Array.from(bytes, (byte) => LETTERS[byte % LETTERS.length]).join('')
}

/** The same words for a file of somebody else (googleapis/python-genai#1218). */
export function noFile(id: string): Failure {
  return failure(403, `You do not have permission to access the File ${id} or it may not exist.`)
}

export function notActive(id: string): Failure {
  return statusFailure(
    400,
    'FAILED_PRECONDITION',
    `The File ${id} is not in an ACTIVE state and usage is not allowed.`,
  )
}

export function noCache(): Failure {
  return failure(403, 'CachedContent not found (or permission denied)')
}

export function notFound(): Failure {
  return failure(404, 'Requested entity was not found.')
}
