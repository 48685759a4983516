import { SPAN_MS } from '../ledger/time-spans.ts'
import type { UserState } from '../state.ts'
import { linesOf, MAX_LINES, requestLine, type UsageQuery, type UsageTold } from './usage-lines.ts'

/** The use of one user, as far back as spans of this length are kept. Pure, except that it reads `state`. */
export function usageOf(
  userId: string,
  { ledger }: UserState,
  { from, to, span, by }: UsageQuery,
  now: number,
): UsageTold {
  const upstreams = new Map(
    ledger.attempts().map(({ credentialId, model, upstream }) => [credentialId + model, upstream]),
  )
  const items = ledger.rollups
    .usageSince({ span, since: from, per: 'key', withLatency: true }, now)
    .filter(({ start }) => start >= from && start < to)
    .map((usage) => {
      const { start, credentialId: credential, model } = usage
      const upstream = upstreams.get(credential + model) ?? ''
      return { start, keys: { credential, model, upstream, user: userId }, usage }
    })
  const requests =
    span === 'minute'
      ? []
      : ledger.requestRollups
          .read(span, Math.max(from, now - SPAN_MS[span] * MAX_LINES), to)
          .map(({ start, counts }) =>
            requestLine(start, counts, by.includes('user') ? userId : undefined),
          )
  return { ...linesOf(items, by), requests, asOf: null }
}
