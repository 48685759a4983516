import { isoOrNull } from '../../json/time.ts'
import type { AttentionLine, RingsLine } from '../../wire/overview.ts'
import type { UsageTold } from '../views/usage-lines.ts'
import { isOutNow, type Listed, type Person } from './listing.ts'

export interface OverviewTold extends Listed {
  readonly rings: RingsLine
  readonly attention: readonly AttentionLine[]
  readonly use: UsageTold
}

/** At most this many credentials in quarantine are named. */
const MAX_ATTENTION = 100

/** The state of all rings, as last reported. Pure. */
export function ringsOf(people: readonly Person[], now: number): RingsLine {
  const summaries = people.flatMap(({ summary }) => (summary === null ? [] : [summary]))
  const out = summaries.filter((summary) => isOutNow(summary, now))
  const first = out.reduce(
    (least, { nextRecovery: at }) => Math.min(least, at ?? Infinity),
    Infinity,
  )
  return {
    users: people.length,
    told: summaries.length,
    empty: summaries.filter(({ rings }) => rings.length === 0).length,
    out: out.length,
    next_recovery: isoOrNull(first === Infinity ? null : first),
    ledgers_broken: summaries.filter(({ ledgerHolds }) => !ledgerHolds).length,
    quarantined: summaries
      .flatMap(({ rings }) => rings)
      .reduce((sum, ring) => sum + ring.quarantined, 0),
  }
}

/** Credentials that stay out of use until somebody acts. Pure. */
export function attentionOf(people: readonly Person[]): readonly AttentionLine[] {
  const lines = people.flatMap(({ user, card, summary }) =>
    (summary?.conditions ?? [])
      .filter(({ kind }) => kind === 'credential_quarantined')
      .map(({ subject, detail }): AttentionLine => ({
        user,
        label: card?.label ?? summary?.label ?? null,
        credential: subject,
        credential_label: textOr(detail['credential_label']),
        reason: textOr(detail['reason']),
        link: textOr(detail['link']),
      })),
  )
  return lines.slice(0, MAX_ATTENTION)
}

function textOr(value: string | number | null | undefined): string | null {
  return typeof value === 'string' ? value : null
}
