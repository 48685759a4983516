import type { KeyHolder } from '../../gateway/authenticate.ts'
import { UNKNOWN_KEY } from '../../gateway/failure.ts'
import { callUser } from '../../gateway/objects.ts'
import type { Failure } from '../../failure/failure.ts'
import type { Stats } from '../../objects/views/stats.ts'
import { type Call, type Reply, urlOf } from '../call.ts'
import { USER_ID, userNotFound } from '../admin/user-id.ts'
import { usersAfter } from '../admin/users.ts'

export async function ownStats({ env }: Call, { userId }: KeyHolder): Promise<Reply> {
  const stats = await statsOf(env, userId)
  return stats === null ? UNKNOWN_KEY : Response.json(withoutLinks(stats))
}

/** Whoever holds a key of the gateway need not own the accounts behind it. */
function withoutLinks(stats: Stats): Stats {
  const credentials = stats.ring.credentials.map((credential) => ({
    ...credential,
    quarantine_link: null,
  }))
  return { ...stats, ring: { ...stats.ring, credentials } }
}

/** `?user=<id>` for one user, without it the list of users. Keys stay out of addresses: an id is a hash. */
export async function allStats(call: Call): Promise<Reply> {
  const { env } = call
  const { searchParams } = urlOf(call)
  const userId = searchParams.get('user')
  const after = searchParams.get('after')
  if (userId === null)
    return after === null || USER_ID.test(after) ? listUsers(env, after) : BAD_PLACE
  if (!USER_ID.test(userId)) {
    return {
      reason: 'invalid_value',
      message: "Invalid value for 'user': must be a user's id, as /v1/config/update answers it.",
      param: 'user',
    }
  }
  const stats = await statsOf(env, userId)
  return stats === null ? userNotFound('user') : Response.json(stats)
}

const BAD_PLACE: Failure = {
  reason: 'invalid_value',
  message: "Invalid value for 'after': must be a user's id.",
  param: 'after',
}

async function listUsers(env: Env, after: string | null): Promise<Reply> {
  return Response.json({
    status: 'ok',
    ...(await usersAfter(env, after)),
    hint: "Add ?user=<id> for one user's statistics.",
  })
}

function statsOf(env: Env, userId: string): Promise<Stats | null> {
  return callUser<Stats | null>(env, userId, (object) => object.stats())
}
