import type { UsageAnswer, UsageKeyName } from '../../../src/wire/usage.ts'
import { compact, count, duration, money } from '../format.ts'
import { Table } from '../pieces.tsx'
import { type Group, groupsOf, inputOf, type Measure, outputOf, sum } from './stacks.ts'
import { quantile } from './latency.ts'

const attemptsOf: Measure = (line) => line.attempts
const costOf: Measure = (line) => line.cost_usd ?? 0
const unpricedOf: Measure = (line) => line.unpriced ?? 0

/**
 * One line for each model, credential, and so on, over the whole time. Numbers that are not counted by outcome are
 * left out if outcomes are shown.
 */
export function Totals({
  answer,
  by,
  nameOf,
}: {
  readonly answer: UsageAnswer
  readonly by: UsageKeyName | null
  readonly nameOf: (id: string) => string
}) {
  const groups = groupsOf(answer, by).toSorted(
    (one, other) => sum(other, attemptsOf) - sum(one, attemptsOf),
  )
  const first = by ?? 'In all'
  const columns =
    by === 'outcome'
      ? [first, 'Attempts']
      : [first, 'Attempts', 'Tokens in', 'Tokens out', 'Cost', 'First byte', 'Whole']
  return (
    <Table
      caption="Use in this time"
      columns={columns}
      rows={groups.map((group) => ({
        id: group.name,
        cells: cellsOf(group, answer, by === null ? 'all' : nameOf(group.name)).slice(
          0,
          columns.length,
        ),
      }))}
    />
  )
}

function cellsOf(group: Group, { buckets_ms: ends }: UsageAnswer, name: string) {
  const { lines } = group
  const cached = sum(group, (line) => line.cached_tokens ?? 0)
  const reasoning = sum(group, (line) => line.reasoning_tokens ?? 0)
  const unpriced = sum(group, unpricedOf)
  const time = (of: 'first_byte' | 'whole') => {
    const half = quantile(
      lines.map((line) => line[of]),
      ends,
      0.5,
    )
    const most = quantile(
      lines.map((line) => line[of]),
      ends,
      0.95,
    )
    if (half === null || most === null) return '–'
    return (
      <>
        {duration(half)}
        <div class="faint">95 %: {duration(most)}</div>
      </>
    )
  }
  return [
    name,
    <>
      {count(sum(group, attemptsOf))}
      <div class="faint">{count(sum(group, (line) => line.ok))} ok</div>
    </>,
    <>
      {compact(sum(group, inputOf))}
      {cached > 0 && <div class="faint">{compact(cached)} cached</div>}
    </>,
    <>
      {compact(sum(group, outputOf))}
      {reasoning > 0 && <div class="faint">{compact(reasoning)} thoughts</div>}
    </>,
    <>
      {money(sum(group, costOf))}
      {unpriced > 0 && (
        <div class="warn">
          and {count(unpriced)} {unpriced === 1 ? 'attempt' : 'attempts'} of unknown price
        </div>
      )}
    </>,
    time('first_byte'),
    time('whole'),
  ]
}
