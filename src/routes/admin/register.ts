import { persistently } from '../../gateway/object-calls.ts'
import { DIRECTORY_NAME } from '../../objects/directory.ts'
import type { UserDescription } from '../../wire/user.ts'

/** Tells the directory a user's name and state, so that lists show them at once. Idempotent. */
export async function register(env: Env, user: UserDescription): Promise<void> {
  const { id, label, disabled, expires_at: expiresAt, keys, plan } = user
  const card = {
    label,
    disabled,
    expiresAt: expiresAt === null ? null : Date.parse(expiresAt),
    keyHint: keys[0]?.hint ?? null,
    plan,
  }
  const createdAt = Date.parse(user.created_at)
  await persistently(() => env.DIRECTORY.getByName(DIRECTORY_NAME).register(id, createdAt, card))
}
