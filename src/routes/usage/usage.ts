import type { KeyHolder } from '../../gateway/authenticate.ts'
import { UNKNOWN_KEY } from '../../gateway/failure-of.ts'
import { callUser } from '../../gateway/object-calls.ts'
import { persistently } from '../../persistently.ts'
import type { Failure } from '../../failure/failure.ts'
import { conditional, withTag } from '../../http/conditional.ts'
import { iso, isoOrNull } from '../../json/time.ts'
import { BUCKETS_MS } from '../../objects/ledger/latency.ts'
import { TOTALS_NAME } from '../../objects/totals.ts'
import type { UsageTold } from '../../objects/views/usage-lines.ts'
import { VERSION } from '../../version.ts'
import type { UsageAnswer } from '../../wire/usage.ts'
import type { Call, Reply } from '../call.ts'
import { userNotFound } from '../admin/user-id.ts'
import { toCsv } from './csv.ts'
import { readUsageQuery, type UsageAsked } from './query.ts'

/** GET /v1/usage: a user's key sees its own use, the master key that of all users. */
export const usage = {
  user: (call: Call, { userId }: KeyHolder): Promise<Reply> =>
    usageOfOne(call, userId, UNKNOWN_KEY),

  /** From the totals object, so that no user's object is woken. */
  async admin(call: Call): Promise<Reply> {
    const asked = readUsageQuery(call)
    if (!asked.ok) return asked.failure
    if (asked.value.query.by.includes('credential')) return NOT_OF_ALL
    const told = await persistently<UsageTold>(() =>
      call.env.TOTALS.getByName(TOTALS_NAME).usage(asked.value.query),
    )
    return answer(call, asked.value, null, told)
  },
}

/** GET /v1/config/users/{id}/usage */
export function userUsage(call: Call): Promise<Reply> {
  return usageOfOne(call, call.params['id'] ?? '', userNotFound('id'))
}

async function usageOfOne(call: Call, userId: string, unknown: Failure): Promise<Reply> {
  const asked = readUsageQuery(call)
  if (!asked.ok) return asked.failure
  const told = await callUser<UsageTold | null>(call.env, userId, (object) =>
    object.usage(asked.value.query),
  )
  return told === null ? unknown : answer(call, asked.value, userId, told)
}

function answer(
  { request }: Call,
  { query, isCsv }: UsageAsked,
  user: string | null,
  { usage: lines, requests, truncated, asOf }: UsageTold,
): Promise<Response> {
  const told: UsageAnswer = {
    status: 'ok',
    now: new Date().toISOString(),
    version: VERSION,
    user,
    from: iso(query.from),
    to: iso(query.to),
    span: query.span,
    by: query.by,
    as_of: isoOrNull(asOf),
    buckets_ms: BUCKETS_MS,
    usage: lines,
    requests,
    truncated,
  }
  if (!isCsv) return conditional(request, told)
  const text = toCsv(told)
  const headers = {
    'content-type': 'text/csv; charset=utf-8; header=present',
    'content-disposition': 'attachment; filename="usage.csv"',
    ...(truncated && { 'x-pollux-truncated': 'true' }),
  }
  return withTag(request, text, () => new Response(text, { headers }))
}

/** The totals object does not know which credential was used: it would need a row for each. */
const NOT_OF_ALL: Failure = {
  reason: 'invalid_value',
  message:
    "Invalid value for 'by': credentials are told apart for one user only; ask GET /v1/config/users/{id}/usage?by=credential.",
  param: 'by',
}
