import { jsonResponse } from '../../json/json-response.ts'
import type { KeyHolder } from '../../gateway/authenticate.ts'
import { callUser } from '../../gateway/object-calls.ts'
import type { HeldToken } from '../../wire/tokens.ts'
import type { UserDescription } from '../../wire/user.ts'
import type { VerifyResult } from '../../objects/rpc-results.ts'
import type { Depth, Verification } from '../../upstreams/verify.ts'
import { readBody } from '../admin/body.ts'
import { type Call, type Reply, urlOf } from '../call.ts'
import { userNotFound } from '../admin/user-id.ts'
import { userNamed } from '../admin/user-by-name.ts'
import { ringBody } from '../admin/act-schemas.ts'

/**
 * POST /v1/test: checks each credential of a user's ring with Google, without generating anything. Only for admins,
 * since each check costs one or two calls to Google.
 */
export function testRing(call: Call): Promise<Reply> {
  return verifyRing(call, 'upstream')
}

/** POST /v1/token-test: checks whether each credential of a user's ring gets an access token. */
export function testTokens(call: Call): Promise<Reply> {
  return verifyRing(call, 'token')
}

async function verifyRing(call: Call, depth: Depth): Promise<Reply> {
  const parsed = await readBody(call, ringBody())
  if (!parsed.ok) return parsed.failure
  const user = await userNamed(call.env, parsed.value.user, 'user')
  return typeof user === 'string' ? verifyAll(call, user, depth) : user
}

/**
 * GET /v1/debug/cache: which access tokens the user's object holds, and until when. An admin names the user in
 * `?user=`.
 */
export const tokenCache = {
  user: (call: Call, { userId }: KeyHolder): Promise<Reply> => showCache(call, userId),
  async admin(call: Call): Promise<Reply> {
    const user = await userNamed(call.env, urlOf(call).searchParams.get('user'), 'user')
    return typeof user === 'string' ? showCache(call, user) : user
  },
}

async function showCache({ env }: Call, userId: string): Promise<Reply> {
  const tokens = await callUser<readonly HeldToken[] | null>(env, userId, (user) =>
    user.heldTokens(),
  )
  return tokens === null ? userNotFound('user') : jsonResponse({ status: 'ok', tokens })
}

async function verifyAll({ env, by }: Call, userId: string, depth: Depth): Promise<Reply> {
  const described = await callUser<UserDescription | null>(env, userId, (user) => user.describe())
  if (described === null) return userNotFound('user')
  const credentials = await Promise.all(
    described.credentials.map(async ({ id, type, upstream, label }) => {
      const result = await callUser<VerifyResult>(env, userId, (user) =>
        user.verifyCredential(id, depth, by),
      )
      return { credential: id, type, upstream, label, ...shown(result) }
    }),
  )
  return jsonResponse({ status: 'ok', credentials })
}

function shown(result: VerifyResult): Omit<Verification, 'project'> {
  if (!result.ok) {
    return { verdict: 'unknown', checked: 'token', reason: result.reason, advice: null }
  }
  const { project: _project, ...verification } = result.verification
  return verification
}
