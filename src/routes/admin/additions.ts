import { jsonResponse } from '../../json/json-response.ts'
import { VAULT_CLOSED } from '../../gateway/failure-of.ts'
import { callUser } from '../../gateway/object-calls.ts'
import type { Failure } from '../../failure/failure.ts'
import type { CredentialInput } from '../../objects/ring/credential.ts'
import type { UserDescription } from '../../wire/user.ts'
import type {
  AddedCredential,
  PutCredentialsResult,
  PutRefused,
  RingFull,
} from '../../objects/rpc-results.ts'
import { type Verification, verify } from '../../upstreams/verify.ts'
import { readObject } from './body.ts'
import { additionQuery } from './query-schema.ts'
import type { Call, Reply } from '../call.ts'
import { parseCredential } from './credential-body.ts'
import { additionBody } from './credential-schema.ts'
import { readQuery } from './query.ts'
import { USER_ID, userNotFound } from './user-id.ts'
import { USER_DELETED } from './users.ts'

/**
 * POST /v1/config/users/{id}/credentials: adds a credential at the end of the ring, or updates a known one in place.
 */
export async function addCredential(call: Call): Promise<Reply> {
  const query = readQuery(call, additionQuery())
  if (!query.ok) return query.failure
  const body = await readObject(call)
  if (!body.ok) return body.failure
  const parsed = await parseCredential(body.value, additionBody())
  if (!parsed.ok) return parsed.failure
  const user = await existingUser(call)
  if (user === null) return userNotFound('id')
  const { settings } = call
  if (query.value.dry_run) return tried(await verify(parsed.input, settings))

  const put = await putAll(call, user, [parsed.input])
  if (!put.ok) return refusalOf(put, settings.maxCredentials)
  const [result] = put.results
  if (result === undefined) throw new Error('One credential was put, and none answered for.')
  if (!result.ok) return refusalOf(result, settings.maxCredentials)
  return jsonResponse(
    { status: 'ok', user, ...shown(result), max_credentials: settings.maxCredentials },
    { status: result.created ? 201 : 200 },
  )
}

/** The id in the address if there is such a user; otherwise null. */
export async function existingUser({ env, params }: Call): Promise<string | null> {
  const id = params['id'] ?? ''
  if (!USER_ID.test(id)) return null
  const user = await callUser<UserDescription | null>(env, id, (object) => object.describe())
  return user === null ? null : id
}

export function putAll(
  { env, by }: Call,
  userId: string,
  inputs: readonly CredentialInput[],
): Promise<PutCredentialsResult> {
  return callUser<PutCredentialsResult>(env, userId, (user) => user.putCredentials(inputs, by))
}

/** The answer for `?dry_run=1`: the credential was checked with Google, and nothing was stored. */
export function tried(verification: Verification): Response {
  return jsonResponse({ status: 'ok', dry_run: true, ...verification })
}

/** A credential that was put into a ring, in the form that every route shows. */
export function shown({ credential, created, count, sharesQuotaWith }: AddedCredential) {
  const { id, type, upstream, label, project, location, position } = credential
  return {
    created,
    credential: { id, type, upstream, label, project, location, position },
    credentials: count,
    shares_quota_with: sharesQuotaWith,
  }
}

/** `param`: the field that named the user. */
export function refusalOf(refused: RingFull | PutRefused, max: number, param = 'id'): Failure {
  switch (refused.reason) {
    case 'ring_full':
      return {
        reason: 'ring_full',
        message: `This user has ${refused.count} credentials and MAX_CREDENTIALS is ${max}; it was not added. Post one of the known credentials to update it in place, or raise MAX_CREDENTIALS.`,
        param: 'gcpServiceAccount',
      }
    case 'vault_not_configured':
      return VAULT_CLOSED
    case 'user_deleted':
      return { ...USER_DELETED, param }
    case 'unknown_user':
      return userNotFound(param)
    case 'misconfigured':
      return { reason: 'misconfigured', message: 'A variable of this gateway is invalid.' }
  }
}
