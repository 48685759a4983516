import { toUsd } from '../../json/money.ts'
import { DAY_MS } from '../../json/time.ts'
import { isMoney, type LimitName } from '../config/limits.ts'
import { useOf, type UserState } from '../state.ts'

/** Something about a user that an operator should know of as long as it holds. */
export interface Condition {
  readonly kind: 'ring_serves_nothing' | 'credential_quarantined' | 'budget' | 'ledger_broken'
  /** Distinguishes it from others of its kind: a credential's id, or a limit with its period and percentage. */
  readonly subject: string
  readonly detail: Readonly<Record<string, string | number | null>>
}

/** The conditions of a user that hold now. Pure, except that it reads `state`. */
export function conditionsOf(
  state: UserState,
  { isOut, ledgerHolds }: { readonly isOut: boolean; readonly ledgerHolds: boolean },
  now: number,
): readonly Condition[] {
  const quarantined = state.credentials
    .all()
    .filter(({ quarantine }) => quarantine !== null)
    .map(({ id, label, quarantine, quarantineLink }): Condition => {
      const detail = {
        credential: id,
        credential_label: label,
        reason: quarantine,
        link: quarantineLink,
      }
      return { kind: 'credential_quarantined', subject: id, detail }
    })
  const out: Condition = { kind: 'ring_serves_nothing', subject: '', detail: {} }
  const broken: Condition = { kind: 'ledger_broken', subject: '', detail: {} }
  return [
    ...(isOut ? [out] : []),
    ...(ledgerHolds ? [] : [broken]),
    ...quarantined,
    ...budgetsOf(state, now),
  ]
}

function budgetsOf(state: UserState, now: number): readonly Condition[] {
  const { limits } = state.profile.settings
  const use = useOf(state, now)
  const date = new Date(now)
  const day = now - (now % DAY_MS)
  const month = Date.UTC(date.getUTCFullYear(), date.getUTCMonth())
  const budgets: readonly [LimitName, wire: string, used: number, since: number][] = [
    ['usdPerDay', 'usd_per_day', toUsd(use.dayCostNano), day],
    ['usdPerMonth', 'usd_per_month', toUsd(use.monthCostNano), month],
    ['usdTotal', 'usd_total', toUsd(use.totalCostNano), 0],
    ['totalTokens', 'total_tokens', use.totalTokens, 0],
  ]
  return budgets.flatMap(([limit, wire, used, since]): Condition[] => {
    const allowed = limits[limit]
    if (allowed === null) return []
    // Reservations may make a limit refuse before it is fully used. A user who was refused has reached its end.
    const isAtEnd = used >= allowed || wasRefusedBy(state, limit, since)
    const percents = [...(isAtEnd || used >= 0.8 * allowed ? [80] : []), ...(isAtEnd ? [100] : [])]
    return percents.map((percent) => ({
      kind: 'budget',
      subject: `${wire} ${since} ${percent}`,
      detail: { limit: wire, percent, used, allowed, unit: isMoney(limit) ? 'usd' : 'tokens' },
    }))
  })
}

function wasRefusedBy({ ledger }: UserState, limit: LimitName, since: number): boolean {
  return ledger.recent
    .read(0, 200)
    .some(
      ({ reason, ended_at: at }) => reason === `limit_reached: ${limit}` && Date.parse(at) >= since,
    )
}
