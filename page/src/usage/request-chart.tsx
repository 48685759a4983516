import { Chart } from '../chart.tsx'
import { moment } from '../format.ts'
import { barsOf, type UsageTold } from './stacks.ts'

/** Clients' requests, beside the calls to Google that they took. */
export function RequestChart({ answer }: { readonly answer: UsageTold }) {
  const parts = ['ok', 'failed', 'refused', 'cancelled', 'lost'] as const
  const sums = new Map(answer.requests.map((line) => [line.start, parts.map((part) => line[part])]))
  return <Chart title="Requests" parts={parts} bars={barsOf(answer, sums, parts.length, moment)} />
}
