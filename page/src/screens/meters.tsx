import { inWords } from '../acts/plan-fields.ts'
import { count, money } from '../format.ts'
import { Countdown, Section, Time } from '../pieces.tsx'
import type { KeyInfo, Stats } from '../wire.ts'

type Days = Stats['usage']['days']

/** The user's own key, and how much of each limit is used. */
export function Meters({
  info: { limits, use, key },
  days,
  now,
}: {
  readonly info: KeyInfo
  /** The last 30 days. */
  readonly days: Days
  readonly now: string
}) {
  const used: Readonly<Record<string, number>> = {
    max_concurrency: use.open_requests,
    requests_per_minute: use.minute.requests,
    tokens_per_minute: use.minute.tokens,
    requests_per_day: use.day.requests,
    tokens_per_day: use.day.tokens,
    total_tokens: use.total_tokens,
    usd_per_day: spent(days, now.slice(0, 10)),
    usd_per_month: spent(days, now.slice(0, 7)),
    usd_total: use.cost_usd,
  }
  const set = Object.entries({ ...limits }).flatMap(([name, limit]) =>
    limit === null ? [] : [{ name, limit, value: used[name] ?? 0 }],
  )
  return (
    <Section title="My key and limits">
      <p>
        Key {key.hint === null ? 'of my admin’s choice' : `…${key.hint}`}, made{' '}
        <Time at={key.created_at} />
        {key.ends_at !== null && (
          <>
            , ends in <Countdown to={key.ends_at} />
          </>
        )}
        . {set.length === 0 && 'There are no limits.'}
      </p>
      {set.map(({ name, limit, value }) => (
        <p key={name}>
          <label for={`meter-${name}`}>
            {inWords(name)}: {inFigures(name, value)} of {inFigures(name, limit)}
          </label>
          <meter id={`meter-${name}`} min={0} max={limit} high={limit * 0.8} value={value} />
        </p>
      ))}
    </Section>
  )
}

/** Counts as they are, money in dollars. */
export function inFigures(name: string, value: number): string {
  return name.startsWith('usd') ? money(value) : count(value)
}

/** The cost of the days whose date begins with `date`. Requests under way are not included. */
function spent(days: Days, date: string): number {
  return days
    .filter(({ start }) => start.startsWith(date))
    .reduce((sum, { cost_usd: cost }) => sum + cost, 0)
}
