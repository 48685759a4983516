import type { Overview } from '../../../src/wire/overview.ts'
import type { RequestLine, UsageLine } from '../../../src/wire/usage.ts'
import { Chart } from '../chart.tsx'
import { compact, moment, money } from '../format.ts'
import { Section } from '../pieces.tsx'
import { RequestChart } from './request-chart.tsx'
import { inputOf, outputOf, stacks } from './stacks.ts'

const DAY_MS = 86_400_000

/**
 * Today beside yesterday, both up to the end of the current hour, since use is counted by the hour; and the last 48
 * hours. For all users together.
 */
export function Days({
  answer,
  now: told,
}: {
  readonly answer: Overview['use']
  readonly now: string
}) {
  const now = Date.parse(told)
  const today = Math.floor(now / DAY_MS) * DAY_MS
  const isIn = (line: { readonly start: string }, from: number, to: number): boolean => {
    const at = Date.parse(line.start)
    return at >= from && at < to
  }
  const both = <T extends { readonly start: string }>(
    lines: readonly T[],
    of: (line: T) => number,
  ): readonly [number, number] => {
    const sum = (from: number, to: number): number =>
      lines.filter((line) => isIn(line, from, to)).reduce((total, line) => total + of(line), 0)
    return [sum(today, now), sum(today - DAY_MS, now - DAY_MS)]
  }
  const use = (of: (line: UsageLine) => number) => both(answer.usage, of)
  const asked = (of: (line: RequestLine) => number) => both(answer.requests, of)
  const unpriced = use((line) => line.unpriced ?? 0)[0]
  return (
    <Section title="Today (UTC)">
      <div class="cards">
        <Figure
          name="requests"
          values={asked((one) => one.ok + one.failed + one.refused + one.cancelled + one.lost)}
          tell={compact}
        />
        <Figure name="failed" values={asked((one) => one.failed + one.lost)} tell={compact} />
        <Figure
          name="tokens"
          values={use((line) => inputOf(line) + outputOf(line))}
          tell={compact}
        />
        <Figure name="list value" values={use((line) => line.cost_usd ?? 0)} tell={money} />
      </div>
      {unpriced > 0 && (
        <p class="warn">
          {unpriced === 1
            ? 'One attempt of unknown price is not in it.'
            : `${compact(unpriced)} attempts of unknown price are not in it.`}
        </p>
      )}
      {answer.usage.length > 0 && (
        <div class="charts below">
          <RequestChart answer={answer} />
          <Chart
            title="Cost"
            tell={money}
            {...stacks(answer, { known: (line) => line.cost_usd ?? 0 }, moment)}
          />
        </div>
      )}
    </Section>
  )
}

function Figure({
  name,
  values: [now, before],
  tell,
}: {
  readonly name: string
  readonly values: readonly [number, number]
  readonly tell: (value: number) => string
}) {
  return (
    <div class="card">
      <b>{tell(now)}</b> {name}
      <div class="faint">{tell(before)} yesterday by the end of this hour</div>
    </div>
  )
}
