import { jsonResponse } from '../../json/json-response.ts'
import { holderOf } from '../../gateway/authenticate.ts'
import { hasMintedForm } from '../../gateway/minted-key.ts'
import { callUser } from '../../gateway/object-calls.ts'
import type { Failure } from '../../failure/failure.ts'
import { parse } from '../../failure/check.ts'
import type { PutCredentialResult, RotateResult } from '../../objects/rpc-results.ts'
import { verify } from '../../upstreams/verify.ts'
import { refusalOf, shown, tried } from './additions.ts'
import { readObject } from './body.ts'
import { additionQuery } from './query-schema.ts'
import type { Call, Reply } from '../call.ts'
import { parseCredential } from './credential-body.ts'
import { updateBody } from './credential-schema.ts'
import { readQuery } from './query.ts'
import { register } from './register.ts'
import { userNotFound } from './user-id.ts'
import { userNamed } from './user-by-name.ts'
import { isMasterKey } from './user-key.ts'
import { userName } from './act-schemas.ts'
import { MASTER_AS_USER } from './users.ts'

/**
 * POST /v1/config/update: adds a credential to a user's ring, or updates it in place. Creates the user if a chosen
 * key is given and nobody has it.
 */
export async function updateConfig(call: Call): Promise<Reply> {
  const body = await readObject(call)
  if (!body.ok) return body.failure
  const named = await userNamedIn(body.value, call)
  if ('reason' in named) return named
  const { userId, param } = named
  const query = readQuery(call, additionQuery())
  if (!query.ok) return query.failure
  const credential = await parseCredential(body.value, updateBody())
  if (!credential.ok) return credential.failure

  const { env, settings } = call
  if (query.value.dry_run) return tried(await verify(credential.input, settings))
  const put = await callUser<PutCredentialResult>(env, userId, (object) =>
    object.putCredential(credential.input, named.creates, call.by),
  )
  if (!put.ok) return refusalOf(put, settings.maxCredentials, param)
  await register(env, userId)
  return jsonResponse({
    status: 'ok',
    user: userId,
    ...shown(put),
    max_credentials: settings.maxCredentials,
  })
}

/** POST /v1/config/rotate: moves the cursor of a user's ring to the next credential. */
export async function rotateRing(call: Call): Promise<Reply> {
  const body = await readObject(call)
  if (!body.ok) return body.failure
  const named = await userNamedIn(body.value, call)
  if ('reason' in named) return named
  const { userId, param } = named
  const rotated = await callUser<RotateResult>(call.env, userId, (object) => object.rotate(call.by))
  if (!rotated.ok) {
    return rotated.reason === 'unknown_user' ? userNotFound(param) : NOTHING_TO_ROTATE
  }
  const { from, to } = rotated
  return jsonResponse({ status: 'ok', user: userId, rotated: from !== to, from, to })
}

interface NamedUser {
  readonly userId: string
  /** The field that names the user. */
  readonly param: 'user' | 'apiKey'
  /** Whether the user may be created: only a chosen key says all that is needed for that. */
  readonly creates: boolean
}

/** The user whom a body names, by id or by a key. A key that was replaced still names its user. */
async function userNamedIn(
  body: Record<string, unknown>,
  { env }: Call,
): Promise<NamedUser | Failure> {
  const parsed = parse(userName(), body)
  if (!parsed.ok) return parsed.failure
  const { user, apiKey } = parsed.value
  if (user !== undefined) {
    const userId = await userNamed(env, user, 'user')
    return typeof userId === 'string' ? { userId, param: 'user', creates: false } : userId
  }
  if (apiKey === undefined) return MISSING_USER
  if (await isMasterKey(env, apiKey)) return MASTER_AS_USER
  const holder = await holderOf(apiKey, env)
  if (holder === null) return FORGED
  return { userId: holder.userId, param: 'apiKey', creates: !hasMintedForm(apiKey) }
}

const NOTHING_TO_ROTATE: Failure = {
  reason: 'no_credentials',
  message: 'This user has no credentials; POST /v1/config/update adds one.',
  param: 'apiKey',
}

const MISSING_USER: Failure = {
  reason: 'missing_required_parameter',
  message: "Missing required parameter: 'apiKey' (or 'user', the id of a user there is).",
  param: 'apiKey',
}

const FORGED: Failure = {
  reason: 'invalid_value',
  message:
    "Invalid value for 'apiKey': has the form of a minted key, but was not minted here (or with another API_KEY_SECRET).",
  param: 'apiKey',
}
