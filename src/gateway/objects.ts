import type { ResponsesObject } from '../objects/responses.ts'
import type { UserObject } from '../objects/user.ts'

export type UserStub = DurableObjectStub<UserObject>

const ATTEMPTS = 3
const BACKOFF_MS = 50

export function userStub(env: Env, userId: string): UserStub {
  return env.USERS.getByName(userId)
}

/** Calls a user's object. */
export function callUser<T>(
  env: Env,
  userId: string,
  call: (user: UserStub) => Promise<T>,
): Promise<T> {
  return persistently(() => call(userStub(env, userId)))
}

/** Calls a user's `ResponsesObject`. */
export function callResponses<T>(
  env: Env,
  userId: string,
  call: (responses: DurableObjectStub<ResponsesObject>) => Promise<T>,
): Promise<T> {
  return persistently(() => call(env.RESPONSES.getByName(userId)))
}

/**
 * Calls an object, again after a failure of the platform's own that it marks as passing: an object that moved or was
 * reset. Never where it is overloaded, which more calls would make worse, and never for an error of ours.
 * A stub is broken by such a failure, so `call` makes its own. It must be safe to repeat.
 */
export async function persistently<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call()
    } catch (error) {
      const { retryable, overloaded } = error as { retryable?: boolean; overloaded?: boolean }
      if (retryable !== true || overloaded === true || attempt === ATTEMPTS) throw error
      await scheduler.wait(BACKOFF_MS * 2 ** attempt * (0.5 + Math.random()))
    }
  }
}
