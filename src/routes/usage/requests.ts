import * as v from 'valibot'
import type { KeyHolder } from '../../gateway/authenticate.ts'
import { UNKNOWN_KEY } from '../../gateway/failure-of.ts'
import { callUser } from '../../gateway/object-calls.ts'
import type { Failure } from '../../failure/failure.ts'
import { conditional } from '../../http/conditional.ts'
import { VERSION } from '../../version.ts'
import type { RequestEntry, RequestsAnswer } from '../../wire/requests.ts'
import { readQuery, wholeNumber } from '../admin/query.ts'
import { userNotFound } from '../admin/user-id.ts'
import type { Call, Reply } from '../call.ts'
import { lazy } from '../../lazy.ts'

const MAX_REQUESTS = 200

export const requestsQuery = lazy(() =>
  v.strictObject({
    after: v.optional(wholeNumber(0, Number.MAX_SAFE_INTEGER), '0'),
    limit: v.optional(wholeNumber(1, MAX_REQUESTS), String(MAX_REQUESTS)),
  }),
)

/** GET /v1/requests: the newest requests of the key's user, each with its attempts. */
export function ownRequests(call: Call, { userId }: KeyHolder): Promise<Reply> {
  return requestsOf(call, userId, UNKNOWN_KEY)
}

/** GET /v1/config/users/{id}/requests */
export function userRequests(call: Call): Promise<Reply> {
  return requestsOf(call, call.params['id'] ?? '', userNotFound('id'))
}

interface Told {
  readonly requests: readonly RequestEntry[]
  readonly last: number
}

async function requestsOf(call: Call, user: string, unknown: Failure): Promise<Reply> {
  const query = readQuery(call, requestsQuery())
  if (!query.ok) return query.failure
  const { after, limit } = query.value
  const told = await callUser<Told | null>(call.env, user, (object) =>
    object.recentRequests(after, limit),
  )
  if (told === null) return unknown
  const now = new Date().toISOString()
  const answer: RequestsAnswer = { status: 'ok', now, version: VERSION, user, ...told }
  return conditional(call.request, answer)
}
