import type { FilesObject } from '../objects/files.ts'
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

/** Calls a user's `FilesObject`. Null if this deployment has none, and so keeps no files. */
export async function callFiles<T>(
  { FILES: files }: { readonly FILES?: DurableObjectNamespace<FilesObject> },
  userId: string,
  call: (files: DurableObjectStub<FilesObject>) => Promise<T>,
): Promise<T | null> {
  return files === undefined ? null : persistently(() => call(files.getByName(userId)))
}

/**
 * Calls an object, and calls it again after a passing failure of the platform (the object moved or was reset). Does
 * not call again if the object is overloaded, which more calls would make worse, nor after an error of Pollux's own.
 * A passing failure breaks the stub, so `call` must make its own stub, and must be safe to repeat.
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
