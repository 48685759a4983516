import * as v from 'valibot'
import type { KeyHolder } from '../../gateway/authenticate.ts'
import { UNKNOWN_KEY } from '../../gateway/failure-of.ts'
import { callUser } from '../../gateway/object-calls.ts'
import { conditional } from '../../http/conditional.ts'
import type { Stats } from '../../wire/stats.ts'
import { type Call, type Reply, urlOf } from '../call.ts'
import { lazy } from '../../lazy.ts'
import { readQuery } from '../admin/query.ts'
import { usersQuery } from '../admin/query-schema.ts'
import { userNotFound } from '../admin/user-id.ts'
import { userNamed } from '../admin/user-by-name.ts'
import { usersBy } from '../admin/users.ts'

export async function ownStats({ env, request }: Call, { userId }: KeyHolder): Promise<Reply> {
  const stats = await statsOf(env, userId)
  return stats === null ? UNKNOWN_KEY : conditional(request, withoutLinks(stats))
}

/** The links let the owner of an account verify it. Whoever holds a key of the gateway may be somebody else. */
function withoutLinks(stats: Stats): Stats {
  const credentials = stats.ring.credentials.map((credential) => ({
    ...credential,
    quarantine_link: null,
  }))
  return { ...stats, ring: { ...stats.ring, credentials } }
}

/** With `?user=` one user, without it the list of users. The address has an id, which is a hash, never a key. */
export async function allStats(call: Call): Promise<Reply> {
  const name = urlOf(call).searchParams.get('user')
  if (name === null) return listUsers(call)
  const userId = await userNamed(call.env, name, 'user')
  if (typeof userId !== 'string') return userId
  const stats = await statsOf(call.env, userId)
  return stats === null ? userNotFound('user') : conditional(call.request, stats)
}

/** Unlike other lists, this one ignores unknown parameters, as it always has. */
const listQuery = lazy(() => v.object(usersQuery().entries))

async function listUsers(call: Call): Promise<Reply> {
  const query = readQuery(call, listQuery())
  if (!query.ok) return query.failure
  const hint = "Add ?user=<id or label> for one user's statistics."
  return conditional(call.request, { ...(await usersBy(call.env, query.value)), hint })
}

function statsOf(env: Env, userId: string): Promise<Stats | null> {
  return callUser<Stats | null>(env, userId, (object) => object.stats())
}
