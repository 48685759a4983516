import { persistently } from '../../persistently.ts'
import { conditional } from '../../http/conditional.ts'
import { iso, isoOrNull } from '../../json/time.ts'
import { BUCKETS_MS } from '../../objects/ledger/latency.ts'
import { SPAN_MS, startOf, startOfLast } from '../../objects/ledger/time-spans.ts'
import { TOTALS_NAME } from '../../objects/totals.ts'
import type { OverviewTold } from '../../objects/totals/overview.ts'
import type { UsageQuery } from '../../objects/views/usage-lines.ts'
import { VERSION } from '../../version.ts'
import type { Overview } from '../../wire/overview.ts'
import type { Call, Reply } from '../call.ts'
import { readQuery } from './query.ts'
import { overviewQuery } from './query-schema.ts'
import { nextPage, toListQuery } from './users.ts'

const HOURS = 48

/**
 * GET /v1/overview: all rings, their users and the last 48 hours, from the totals object alone. Wakes no user's
 * object.
 */
export async function overview(call: Call): Promise<Reply> {
  const asked = readQuery(call, overviewQuery())
  if (!asked.ok) return asked.failure
  const query = toListQuery(asked.value)
  const now = Date.now()
  const to = startOf('hour', now) + SPAN_MS.hour
  const span: UsageQuery = { from: startOfLast(HOURS, 'hour', now), to, span: 'hour', by: [] }
  const { users, total, rings, attention, use } = await persistently<OverviewTold>(() =>
    call.env.TOTALS.getByName(TOTALS_NAME).overview(query, span),
  )
  const answer: Overview = {
    status: 'ok',
    now: iso(now),
    version: VERSION,
    rings,
    attention,
    use: {
      from: iso(span.from),
      to: iso(to),
      span: 'hour',
      by: [],
      as_of: isoOrNull(use.asOf),
      buckets_ms: BUCKETS_MS,
      usage: use.usage,
      requests: use.requests,
      truncated: use.truncated,
    },
    users,
    total,
    next: nextPage(query, { users, total }),
  }
  return conditional(call.request, answer)
}
