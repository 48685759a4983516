import * as v from 'valibot'
import { callUser } from '../gateway/users.ts'
import type { HeldToken } from '../objects/access-tokens.ts'
import type { UserDescription } from '../objects/description.ts'
import type { Depth, Verification } from '../upstreams/verify.ts'
import { readBody } from './admin-body.ts'
import type { Call, Reply } from './call.ts'
import { USER_ID, userNotFound } from './user-id.ts'

type ForUser = (call: Call, userId: string) => Promise<Reply>

const body = v.strictObject({ user: v.optional(v.string('a string')) })

/** The same act for the own ring, and for that of the `user` whom an admin names in the body. */
function ofBody(act: ForUser): { user: ForUser; admin: (call: Call) => Promise<Reply> } {
  return {
    user: act,
    async admin(call) {
      const parsed = await readBody(call, body)
      if (!parsed.ok) return parsed.failure
      const { user = '' } = parsed.value
      return USER_ID.test(user) ? act(call, user) : userNotFound('user')
    },
  }
}

/** POST /v1/test: asks Google about each credential of the ring, without generating. */
export const testRing = ofBody((call, userId) => verifyAll(call, userId, 'upstream'))

/** POST /v1/token-test: whether each credential of the ring gets an access token. */
export const testTokens = ofBody((call, userId) => verifyAll(call, userId, 'token'))

/** GET /v1/debug/cache: which access tokens the user's object holds, and until when; the admin names the user in `?user=`. */
export const tokenCache = {
  user: showCache,
  async admin(call: Call): Promise<Reply> {
    const user = call.url.searchParams.get('user') ?? ''
    return USER_ID.test(user) ? showCache(call, user) : userNotFound('user')
  },
}

async function showCache({ env }: Call, userId: string): Promise<Reply> {
  const tokens = await callUser<readonly HeldToken[] | null>(env, userId, (user) =>
    user.heldTokens(),
  )
  return tokens === null ? userNotFound('user') : Response.json({ status: 'ok', tokens })
}

async function verifyAll({ env }: Call, userId: string, depth: Depth): Promise<Reply> {
  const described = await callUser<UserDescription | null>(env, userId, (user) => user.describe())
  if (described === null) return userNotFound('user')
  const credentials = await Promise.all(
    described.credentials.map(async ({ id, type, upstream, label }) => {
      const verification = await callUser<Verification | null>(env, userId, (user) =>
        user.verifyCredential(id, depth),
      )
      return {
        credential: id,
        type,
        upstream,
        label,
        ...(verification ?? GONE),
        project: undefined,
      }
    }),
  )
  return Response.json({ status: 'ok', credentials })
}

/** Removed between the two looks at the ring. */
const GONE = { verdict: 'unknown', checked: 'token', reason: 'removed', advice: null } as const
