import type { Failure } from '../../failure/failure.ts'

/** The SHA-256 of a chosen key; otherwise random. */
export const USER_ID = /^[0-9a-f]{64}$/

export function userNotFound(param: string): Failure {
  return {
    reason: 'user_not_found',
    message:
      'There is no such user; GET /v1/config/users lists them, POST /v1/config/users makes one.',
    param,
  }
}
