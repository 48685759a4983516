import { iso } from '../../json/time.ts'
import { jsonResponse } from '../../json/json-response.ts'
import { digestOf } from '../../gateway/authenticate.ts'
import { hintOf, mintKey } from '../../gateway/minted-key.ts'
import { callUser } from '../../gateway/object-calls.ts'
import type { Failure } from '../../failure/failure.ts'
import type { ReplaceKeyResult } from '../../objects/rpc-results.ts'
import type { Admin } from '../../objects/audit/audit.ts'
import { MAX_KEYS, type NewKey } from '../../objects/config/user-keys.ts'
import { readBody } from './body.ts'
import type { Call, Reply } from '../call.ts'
import { register } from './register.ts'
import { USER_ID, userNotFound } from './user-id.ts'
import { keyReplacement } from './key-schema.ts'

/**
 * POST /v1/config/users/{id}/key: a new key for the user, shown only in this answer. The key before it still works
 * for a while.
 */
export async function replaceKey(call: Call): Promise<Reply> {
  const body = await readBody(call, keyReplacement())
  if (!body.ok) return body.failure
  const id = call.params['id'] ?? ''
  if (!USER_ID.test(id)) return userNotFound('id')
  const minted = await mint(call.env, id)
  if ('reason' in minted) return minted
  const replaced = await callUser<ReplaceKeyResult>(call.env, id, (user) =>
    user.replaceKey(minted.known, body.value.grace_seconds * 1000, call.by),
  )
  if (!replaced.ok) return replaced.reason === 'unknown_user' ? userNotFound('id') : TOO_MANY_KEYS
  await register(call.env, id)
  return jsonResponse({
    status: 'ok',
    user: replaced.user,
    apiKey: minted.apiKey,
    previous_key_ends_at: iso(replaced.previousEndsAt),
  })
}

interface Minted {
  /** Shown to the admin, once. */
  readonly apiKey: string
  /** What the user's object stores of the key. */
  readonly known: NewKey
}

export async function mint(env: Env, userId: string): Promise<Minted | Failure> {
  const apiKey = await mintKey(env, userId)
  if (apiKey === null) return NOT_CONFIGURED
  return { apiKey, known: { digest: await digestOf(apiKey), hint: hintOf(apiKey) } }
}

/**
 * The id of a user whose key is minted. Every repetition of an operation gives the same id. It can never be that of a
 * chosen key, since the hashed text has blanks and a key has none.
 */
export function newUserId({ operation }: Admin): Promise<string> {
  return digestOf(`user of ${operation}`)
}

export async function isMasterKey(env: Env, apiKey: string): Promise<boolean> {
  return (await digestOf(apiKey)) === (await digestOf(env.MASTER_API_KEY.trim()))
}

const NOT_CONFIGURED: Failure = {
  reason: 'minting_not_configured',
  message:
    'API_KEY_SECRET is missing or malformed (32 bytes in base64 are needed), so no keys are minted. Set it with `wrangler secret put API_KEY_SECRET` (locally: in .dev.vars).',
}

const TOO_MANY_KEYS: Failure = {
  reason: 'too_many_keys',
  message: `This user has ${MAX_KEYS} valid keys already; nothing was changed. Wait until one ends, or let all earlier ones end now with grace_seconds 0.`,
  param: 'grace_seconds',
}
