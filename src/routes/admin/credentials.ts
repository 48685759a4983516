import { jsonResponse } from '../../json/json-response.ts'
import { VAULT_CLOSED } from '../../gateway/failure-of.ts'
import { callUser } from '../../gateway/object-calls.ts'
import type { CredentialDescription, UserDescription } from '../../wire/user.ts'
import type { VerifyResult } from '../../objects/rpc-results.ts'
import { readBody } from './body.ts'
import type { Call, Reply } from '../call.ts'
import { USER_ID, userNotFound } from './user-id.ts'
import { credentialPatch, orderBody, toCredentialPatch } from './act-schemas.ts'
import { CREDENTIAL_NOT_FOUND } from './users.ts'

/** GET /v1/config/users/{id}/credentials */
export async function listCredentials(call: Call): Promise<Reply> {
  const user = await describe(call)
  return user === null
    ? userNotFound('id')
    : jsonResponse({ status: 'ok', cursor: user.cursor, credentials: user.credentials })
}

/** PATCH /v1/config/users/{id}/credentials/{credential} */
export async function patchCredential(call: Call): Promise<Reply> {
  const body = await readBody(call, credentialPatch())
  if (!body.ok) return body.failure
  const patch = toCredentialPatch(body.value)
  return onCredential(call, (user, credential) =>
    callUser<CredentialDescription | null>(call.env, user, (object) =>
      object.patchCredential(credential, patch, call.by),
    ),
  )
}

/** POST /v1/config/users/{id}/credentials/{credential}/reset */
export async function resetCredential(call: Call): Promise<Reply> {
  return onCredential(call, (user, credential) =>
    callUser<CredentialDescription | null>(call.env, user, (object) =>
      object.resetCredential(credential, call.by),
    ),
  )
}

/**
 * POST /v1/config/users/{id}/credentials/{credential}/verify: checks the credential with Google, without generating
 * anything. Changes nothing.
 */
export async function verifyCredential(call: Call): Promise<Reply> {
  const { user, credential } = named(call)
  if (!USER_ID.test(user)) return userNotFound('id')
  const result = await callUser<VerifyResult>(call.env, user, (object) =>
    object.verifyCredential(credential, 'upstream', call.by),
  )
  if (result.ok) return jsonResponse({ status: 'ok', credential, ...result.verification })
  return result.reason === 'vault_not_configured' ? VAULT_CLOSED : CREDENTIAL_NOT_FOUND
}

/**
 * DELETE /v1/config/users/{id}/credentials/{credential}: takes effect with the very next request. The counters stay.
 */
export async function deleteCredential(call: Call): Promise<Reply> {
  const { user, credential } = named(call)
  if (!USER_ID.test(user)) return userNotFound('id')
  const removed = await callUser<boolean>(call.env, user, (object) =>
    object.removeCredential(credential, call.by),
  )
  return removed ? jsonResponse({ status: 'ok', deleted: true, credential }) : CREDENTIAL_NOT_FOUND
}

/** PUT /v1/config/users/{id}/credentials/order: takes all ids of the ring in their new order. */
export async function orderCredentials(call: Call): Promise<Reply> {
  const body = await readBody(call, orderBody())
  if (!body.ok) return body.failure
  if ((await describe(call)) === null) return userNotFound('id')
  const { credentials } = body.value
  const ordered = await callUser<boolean>(call.env, named(call).user, (object) =>
    object.reorder(credentials, call.by),
  )
  return ordered
    ? listCredentials(call)
    : {
        reason: 'invalid_value',
        message: "Invalid value for 'credentials': must name each credential of the ring once.",
        param: 'credentials',
      }
}

function describe(call: Call): Promise<UserDescription | null> {
  const { user } = named(call)
  return USER_ID.test(user)
    ? callUser<UserDescription | null>(call.env, user, (object) => object.describe())
    : Promise.resolve(null)
}

async function onCredential(
  call: Call,
  act: (user: string, credential: string) => Promise<CredentialDescription | null>,
): Promise<Reply> {
  const { user, credential } = named(call)
  if (!USER_ID.test(user)) return userNotFound('id')
  const described = await act(user, credential)
  return described === null
    ? CREDENTIAL_NOT_FOUND
    : jsonResponse({ status: 'ok', credential: described })
}

function named({ params }: Call): { readonly user: string; readonly credential: string } {
  return { user: params['id'] ?? '', credential: params['credential'] ?? '' }
}
