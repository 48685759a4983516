import * as v from 'valibot'
import { userIdOf } from '../gateway/authenticate.ts'
import { VAULT_CLOSED } from '../gateway/failure.ts'
import { callUser, persistently } from '../gateway/users.ts'
import type { Failure } from '../http/errors.ts'
import { DIRECTORY_NAME } from '../objects/directory.ts'
import type { PutCredentialResult, RotateResult } from '../objects/results.ts'
import { type Verification, verify } from '../upstreams/verify.ts'
import { check, readObject } from './admin-body.ts'
import type { Call, Reply } from './call.ts'
import { parseCredential } from './credential-body.ts'
import { userNotFound } from './user-id.ts'
import { apiKey } from './user-schema.ts'
import { MASTER_AS_USER, USER_DELETED } from './users.ts'

/** POST /v1/config/update: adds a credential to a user's ring, or updates it in place; creates the user where there is none. */
export async function updateConfig(call: Call): Promise<Reply> {
  const body = await readObject(call)
  if (!body.ok) return body.failure
  const userId = await userIdIn(body.value, call)
  if (typeof userId !== 'string') return userId
  const credential = await parseCredential(body.value)
  if (!credential.ok) return credential.failure

  const { env, settings } = call
  if (isDryRun(call.url)) return tried(await verify(credential.input, settings))
  const put = await callUser<PutCredentialResult>(env, userId, (object) =>
    object.putCredential(credential.input),
  )
  if (!put.ok) return refusal(put, settings.maxCredentials)
  await persistently(() => env.DIRECTORY.getByName(DIRECTORY_NAME).register(userId))
  return Response.json({
    status: 'ok',
    user: userId,
    created: put.created,
    credential: {
      id: put.credential.id,
      type: put.credential.type,
      upstream: put.credential.upstream,
      label: put.credential.label,
      project: put.credential.project,
      location: put.credential.location,
      position: put.credential.position,
    },
    credentials: put.count,
    shares_quota_with: put.sharesQuotaWith,
    max_credentials: settings.maxCredentials,
  })
}

/** `?dry_run=1`: the credential is checked with Google, and nothing is kept. */
function isDryRun({ searchParams }: URL): boolean {
  const value = searchParams.get('dry_run')
  return value !== null && value !== '0' && value !== 'false'
}

function tried(verification: Verification): Response {
  return Response.json({ status: 'ok', dry_run: true, ...verification })
}

/** POST /v1/config/rotate: moves the cursor of a user's ring one on. */
export async function rotateRing(call: Call): Promise<Reply> {
  const body = await readObject(call)
  if (!body.ok) return body.failure
  const userId = await userIdIn(body.value, call)
  if (typeof userId !== 'string') return userId
  const rotated = await callUser<RotateResult>(call.env, userId, (object) => object.rotate())
  if (!rotated.ok) {
    return rotated.reason === 'unknown_user' ? userNotFound('apiKey') : NOTHING_TO_ROTATE
  }
  const { from, to } = rotated
  return Response.json({ status: 'ok', user: userId, rotated: from !== to, from, to })
}

const userKey = v.object({ apiKey })

/** The id of the user whose key a body holds; every later word about the user is about the id. */
async function userIdIn(body: Record<string, unknown>, call: Call): Promise<string | Failure> {
  const parsed = check(body, userKey)
  if (!parsed.ok) return parsed.failure
  const userId = await userIdOf(parsed.value.apiKey)
  return userId === (await userIdOf(call.env.MASTER_API_KEY.trim())) ? MASTER_AS_USER : userId
}

function refusal(refused: Extract<PutCredentialResult, { ok: false }>, max: number): Failure {
  switch (refused.reason) {
    case 'ring_full':
      return {
        reason: 'ring_full',
        message: `This user has ${refused.count} credentials and MAX_CREDENTIALS is ${max}; nothing was changed. Post one of the known credentials to update it in place, or raise MAX_CREDENTIALS.`,
        param: 'gcpServiceAccount',
      }
    case 'vault_not_configured':
      return VAULT_CLOSED
    case 'user_deleted':
      return USER_DELETED
    case 'misconfigured':
      return { reason: 'misconfigured', message: 'A variable of this gateway is invalid.' }
  }
}

const NOTHING_TO_ROTATE: Failure = {
  reason: 'no_credentials',
  message: 'This user has no credentials; POST /v1/config/update adds one.',
  param: 'apiKey',
}
