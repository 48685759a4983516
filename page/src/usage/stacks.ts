import type { UsageAnswer, UsageKeyName, UsageLine, UsageSpan } from '../../../src/wire/usage.ts'
import type { Bar } from '../chart.tsx'

/** The number to count of a line. An unknown value counts as 0. */
export type Measure = (line: UsageLine) => number

export const inputOf: Measure = (line) => (line.prompt_tokens ?? 0) + (line.tool_use_tokens ?? 0)
export const outputOf: Measure = (line) => (line.output_tokens ?? 0) + (line.reasoning_tokens ?? 0)

/** The lines of use, and the time that they cover. */
export type UsageTold = Pick<UsageAnswer, 'from' | 'to' | 'span' | 'usage' | 'requests'>

export interface Stacks {
  readonly parts: readonly string[]
  readonly bars: readonly Bar[]
}

/** One for each colour. The last part sums up all others. */
const MOST_PARTS = 6
const OTHERS = 'others'

/** A bar for each span of time, including empty ones, stacked from the given parts. */
export function stacks(
  answer: UsageTold,
  parts: Readonly<Record<string, Measure>>,
  tellTime: (iso: string) => string,
): Stacks {
  const names = Object.keys(parts)
  const sums = new Map<string, number[]>()
  for (const line of answer.usage) {
    const values = sums.get(line.start) ?? names.map(() => 0)
    Object.values(parts).forEach((of, index) => {
      values[index] = (values[index] ?? 0) + of(line)
    })
    sums.set(line.start, values)
  }
  return { parts: names, bars: barsOf(answer, sums, names.length, tellTime) }
}

/** A bar for each span of time, stacked by a key. The smallest groups are summed up in one part. */
export function stacksBy(
  answer: UsageTold,
  by: UsageKeyName,
  of: Measure,
  tellTime: (iso: string) => string,
): Stacks {
  const groups = groupsOf(answer, by).toSorted((one, other) => sum(other, of) - sum(one, of))
  const own = groups.length > MOST_PARTS ? groups.slice(0, MOST_PARTS - 1) : groups
  const parts = own.map(({ name }) => name)
  if (own.length < groups.length) parts.push(OTHERS)
  const places = new Map(own.map(({ name }, index) => [name, index]))
  const sums = new Map<string, number[]>()
  for (const line of answer.usage) {
    const values = sums.get(line.start) ?? parts.map(() => 0)
    const place = places.get(line[by] ?? '') ?? own.length
    values[place] = (values[place] ?? 0) + of(line)
    sums.set(line.start, values)
  }
  return { parts, bars: barsOf(answer, sums, parts.length, tellTime) }
}

export interface Group {
  readonly name: string
  readonly lines: readonly UsageLine[]
}

/** The lines in groups, one for each value of the key; without a key, one group of all. */
export function groupsOf({ usage }: UsageTold, by: UsageKeyName | null): readonly Group[] {
  if (by === null) return usage.length === 0 ? [] : [{ name: 'all', lines: usage }]
  const groups = Map.groupBy(usage, (line) => line[by] ?? '')
  return [...groups].map(([name, lines]) => ({ name, lines }))
}

export function sum({ lines }: Group, of: Measure): number {
  return lines.reduce((total, line) => total + of(line), 0)
}

const LENGTHS_MS: Readonly<Record<UsageSpan, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
}

/** A bar for each span of time, including empty ones. */
export function barsOf(
  { from, to, span }: UsageTold,
  sums: ReadonlyMap<string, readonly number[]>,
  parts: number,
  tellTime: (iso: string) => string,
): readonly Bar[] {
  const step = LENGTHS_MS[span]
  const values = new Map([...sums].map(([start, value]) => [Date.parse(start), value]))
  for (let at = Math.ceil(Date.parse(from) / step) * step; at < Date.parse(to); at += step) {
    if (!values.has(at))
      values.set(
        at,
        Array.from({ length: parts }, () => 0),
      )
  }
  return [...values]
    .toSorted(([one], [other]) => one - other)
    .map(([at, value]) => ({ name: tellTime(new Date(at).toISOString()), values: value }))
}
