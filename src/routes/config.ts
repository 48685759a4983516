import * as v from 'valibot'
import { userIdOf } from '../gateway/authenticate.ts'
import { VAULT_CLOSED } from '../gateway/failure.ts'
import { callUser, persistently } from '../gateway/users.ts'
import { readJson } from '../http/body.ts'
import type { Failure } from '../http/errors.ts'
import { toFailure } from '../http/issue.ts'
import { isRecord } from '../http/record.ts'
import { DIRECTORY_NAME } from '../objects/directory.ts'
import type { PutCredentialResult, RotateResult } from '../objects/user.ts'
import type { Call, Reply } from './call.ts'
import { parseCredential } from './credential-body.ts'
import { userNotFound } from './user-id.ts'

/** POST /v1/config/update: adds a credential to a user's ring, or updates it in place; creates the user where there is none. */
export async function updateConfig(call: Call): Promise<Reply> {
  const body = await readObject(call)
  if (!body.ok) return body.failure
  const userId = await userIdIn(body.value, call)
  if (typeof userId !== 'string') return userId
  const credential = await parseCredential(body.value)
  if (!credential.ok) return credential.failure

  const { env, settings } = call
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

/** POST /v1/config/rotate: moves the cursor of a user's ring one on. */
export async function rotateRing(call: Call): Promise<Reply> {
  const body = await readObject(call)
  if (!body.ok) return body.failure
  const userId = await userIdIn(body.value, call)
  if (typeof userId !== 'string') return userId
  const rotated = await callUser<RotateResult>(call.env, userId, (object) => object.rotate())
  if (!rotated.ok) return userNotFound('apiKey')
  const { from, to } = rotated
  return Response.json({ status: 'ok', user: userId, rotated: from !== to, from, to })
}

/** Travels in a header, so it must fit into one; shorter could be guessed. */
const MIN_KEY_CHARS = 8
const MAX_KEY_CHARS = 256

const userKey = v.object({
  apiKey: v.pipe(
    v.string('a string'),
    v.minLength(MIN_KEY_CHARS, `must have at least ${MIN_KEY_CHARS} characters`),
    v.maxLength(MAX_KEY_CHARS, `must have at most ${MAX_KEY_CHARS} characters`),
    v.regex(/^[\x21-\x7e]+$/, 'must be of printable ASCII without spaces'),
  ),
})

/** The id of the user whose key a body holds; every later word about the user is about the id. */
async function userIdIn(body: Record<string, unknown>, call: Call): Promise<string | Failure> {
  const parsed = v.safeParse(userKey, body, { abortEarly: true })
  if (!parsed.success) return toFailure(parsed.issues[0])
  const userId = await userIdOf(parsed.output.apiKey)
  if (userId !== (await userIdOf(call.env.MASTER_API_KEY.trim()))) return userId
  return {
    reason: 'invalid_value',
    message: "Invalid value for 'apiKey': this is the master key, which cannot be a user's.",
    param: 'apiKey',
  }
}

async function readObject(
  call: Call,
): Promise<
  | { readonly ok: true; readonly value: Record<string, unknown> }
  | { readonly ok: false; readonly failure: Failure }
> {
  const body = await readJson(call.request, call.settings.maxBodyBytes)
  if (!body.ok) return body
  if (isRecord(body.value)) return { ok: true, value: body.value }
  const message = 'The request body must be a JSON object.'
  return { ok: false, failure: { reason: 'invalid_type', message } }
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
    case 'misconfigured':
      return { reason: 'misconfigured', message: 'A variable of this gateway is invalid.' }
  }
}
