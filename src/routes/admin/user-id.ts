import type { Failure } from '../../failure/failure.ts'

/** Of a key that an admin chose its SHA-256, else random. */
export const USER_ID = /^[0-9a-f]{64}$/

export function userNotFound(param: string): Failure {
  return {
    reason: 'user_not_found',
    message: 'There is no such user; POST /v1/config/update creates one.',
    param,
  }
}
