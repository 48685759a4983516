import { cpus, loadavg } from 'node:os'
import { median, quantile } from './figures.ts'
import type { Spread } from './load.ts'
import type { Measured, Rounds, Target } from './rounds.ts'

/** One line of the table. */
export interface Row {
  readonly work: string
  readonly measure: string
  readonly floor: string
  readonly pollux: string
  readonly ratio: string
  readonly must: string
  readonly aim: string
  readonly met: boolean | null
  /**
   * The program of `--peer`, and its figure divided by Pollux's. Empty without a peer, or if the two cannot be
   * compared.
   */
  readonly peer: string
}

/** What the requirement says about a figure: at most `must`, preferably at most `aim`. */
export interface Goal {
  readonly must: number
  readonly aim: number
}

export interface Comparison {
  readonly work: string
  readonly measure: string
  /** The figure of one round. */
  readonly of: (round: Measured) => number
  readonly floor: Target
  /** Whose figure it is, if not that of Pollux in chat. */
  readonly ours?: Target
  readonly unit: (value: number) => string
  readonly goal: Goal
  /** Subtracted from both sides, if the way without a Worker has its share in the figure. */
  readonly less?: Target
}

/** p50 and p99 of a time for each of these targets, in words. */
export function spreads(
  rounds: Rounds,
  targets: readonly Target[],
  of: (round: Measured) => Spread,
): string {
  return targets
    .map((target) => {
      const each = (rounds[target] ?? []).map(of)
      const [p50, p99] = [median(each.map((s) => s.p50)), median(each.map((s) => s.p99))]
      return `${target === 'd' ? 'Pollux' : target} ${millis(p50)} / ${millis(p99)}`
    })
    .join(', ')
}

/** Pollux compared with its floor. */
export function compare(rounds: Rounds, comparison: Comparison): Row {
  const { of, floor, less, ours: subject = 'd' } = comparison
  const values = (target: Target): number[] =>
    (rounds[target] ?? []).map((round, index) => {
      const off = less === undefined ? undefined : rounds[less]?.[index]
      return of(round) - (off === undefined ? 0 : of(off))
    })
  const ours = values(subject)
  const row = compareNumbers(values(floor), ours, comparison)
  return rounds['peer'] === undefined
    ? row
    : { ...row, peer: beside(values('peer'), ours, comparison.unit) }
}

/** The medians of both, and the median and quartiles of the ratios within a round. */
export function compareNumbers(
  floors: readonly number[],
  ours: readonly number[],
  { work, measure, floor, unit, goal }: Omit<Comparison, 'of' | 'less' | 'ours'>,
): Row {
  const ratios = ratiosOf(ours, floors)
  return {
    work,
    measure,
    floor: `(${floor === 'd' ? 'chat' : floor}) ${unit(median(floors))}`,
    pollux: unit(median(ours)),
    ratio: inWords(ratios),
    must: `≤ ${goal.must}`,
    aim: String(goal.aim),
    met: median(ratios) <= goal.must,
    peer: '',
  }
}

function beside(
  peers: readonly number[],
  ours: readonly number[],
  unit: (value: number) => string,
): string {
  return `${unit(median(peers))}, ${inWords(ratiosOf(peers, ours))}`
}

/** The ratio of each round. */
function ratiosOf(values: readonly number[], others: readonly number[]): number[] {
  return values.map((value, index) => value / (others[index] ?? Number.NaN))
}

function inWords(ratios: readonly number[]): string {
  const [first, third] = [quantile(ratios, 0.25), quantile(ratios, 0.75)]
  return `**${median(ratios).toFixed(2)}** (${first.toFixed(2)}–${third.toFixed(2)})`
}

/** A figure of Pollux alone. */
export function absolute(
  { work, measure }: Pick<Row, 'work' | 'measure'>,
  pollux: string,
  goal: { readonly must: string; readonly aim: string; readonly met: boolean | null },
): Row {
  return { work, measure, floor: '', pollux, ratio: '', peer: '', ...goal }
}

export function table(rows: readonly Row[]): string {
  const hasPeer = rows.some(({ peer }) => peer !== '')
  const lines = rows.map(({ work, measure, floor, pollux, ratio, must, aim, met, peer }) => {
    const cells = [work, measure, floor, pollux, ratio, must + (met === false ? ' ✗' : ''), aim]
    return lineOf(hasPeer ? [...cells, peer] : cells)
  })
  const titles = ['work', 'measured', 'floor', 'Pollux', 'ratio (quartiles)', 'must', 'aim']
  return [
    lineOf(hasPeer ? [...titles, 'peer, ÷ Pollux'] : titles),
    `|---|---|---:|---:|---:|---:|---:|${hasPeer ? '---:|' : ''}`,
    ...lines,
  ].join('\n')
}

function lineOf(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

/** What makes a figure doubtful: a side without idle time, or other programs. */
export function doubts(name: string, rounds: Rounds): readonly string[] {
  const { direct: _, ...throughWorkers } = rounds
  const targets = Object.values(throughWorkers)
  const side = Math.max(...targets.map((each) => shareOf(each, ({ sideShare }) => sideShare)))
  const others = shareOf(targets.flat(), ({ othersShare }) => othersShare)
  const said: string[] = []
  if (side > 0.9)
    said.push(
      `${name}: clients or fake Google used ${percent(side)} of a core, so the throughput is theirs.`,
    )
  if (others > 0.1) said.push(`${name}: other programs used ${percent(others)} of a core.`)
  return said
}

/** Over all rounds together. For a single short round a share is imprecise, since the system counts in ticks. */
function shareOf(rounds: readonly Measured[], of: (round: Measured) => number): number {
  return sumOf(rounds, (round) => of(round) * round.wallMs) / sumOf(rounds, ({ wallMs }) => wallMs)
}

export function sumOf(rounds: readonly Measured[], of: (round: Measured) => number): number {
  return rounds.reduce((sum, round) => sum + of(round), 0)
}

export function machine(): string {
  const model = cpus()[0]?.model ?? 'unknown'
  return `${cpus().length} × ${model.trim()}, load average before ${loadavg()[0]?.toFixed(2)}`
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

export const micros = (ms: number): string => `${(ms * 1000).toFixed(ms < 0.1 ? 1 : 0)} µs`
export const millis = (ms: number): string => `${ms.toFixed(ms < 10 ? 2 : 1)} ms`
export const times = (factor: number): string => `${factor.toFixed(2)} ×`
