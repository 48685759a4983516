import type { FilesObject } from '../objects/files.ts'
import type { ResponsesObject } from '../objects/responses.ts'
import type { UserObject } from '../objects/user.ts'
import { persistently } from '../persistently.ts'

export type UserStub = DurableObjectStub<UserObject>

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
