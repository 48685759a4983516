import { callUser } from '../../gateway/object-calls.ts'

/** Has the user's object tell the directory of itself, so that lists show the act at once. Idempotent. */
export function register(env: Env, userId: string): Promise<void> {
  return callUser<void>(env, userId, (user) => user.tellDirectory())
}
