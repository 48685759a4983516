import type { LatencyLine, UsageAnswer, UsageKeyName, UsageLine } from '../../wire/usage.ts'

const COUNTS = [
  'attempts',
  'ok',
  'prompt_tokens',
  'cached_tokens',
  'output_tokens',
  'reasoning_tokens',
  'tool_use_tokens',
  'searches',
  'cost_usd',
  'unpriced',
] as const satisfies readonly (keyof UsageLine)[]

const REQUESTS = ['ok', 'failed', 'refused', 'cancelled', 'lost'] as const

/**
 * The answer as CSV (RFC 4180), one line for each entry of `usage`. Requests belong to no model and no credential, so
 * their counts stand beside the attempts only if lines are grouped by nothing but the user. JSON always has them.
 */
export function toCsv({ usage, requests, by, buckets_ms: buckets }: UsageAnswer): string {
  const withRequests = by.every((name) => name === 'user')
  const histogram = (name: string): string[] => [
    ...buckets.map((end) => `${name}_le_${end}_ms`),
    `${name}_longer`,
    `${name}_sum_ms`,
  ]
  const head = [
    'start',
    ...by,
    ...COUNTS,
    ...histogram('first_byte'),
    ...histogram('whole'),
    ...(withRequests ? REQUESTS.map((name) => `requests_${name}`) : []),
  ]
  const requestsAt = new Map(requests.map((line) => [placeOf(line), line]))
  // A span in which every request was refused has no attempts, but still gets a line.
  const places = new Map<string, { readonly start: string; readonly user?: string }>()
  if (withRequests) for (const line of [...usage, ...requests]) places.set(placeOf(line), line)
  const usageAt = new Map(usage.map((line) => [placeOf(line), line]))
  const lines = withRequests
    ? [...places.values()].toSorted(byTime).map((place) => {
        const asked = requestsAt.get(placeOf(place))
        const counts = REQUESTS.map((name) => asked?.[name] ?? 0)
        return [...cellsOf(usageAt.get(placeOf(place)) ?? place, by, buckets.length), ...counts]
      })
    : usage.map((line) => cellsOf(line, by, buckets.length))
  return [head, ...lines].map((cells) => `${cells.map(cellOf).join(',')}\r\n`).join('')
}

function placeOf({ start, user }: { readonly start: string; readonly user?: string }): string {
  return `${start} ${user ?? ''}`
}

function byTime(one: { readonly start: string }, other: { readonly start: string }): number {
  return one.start < other.start ? -1 : one.start > other.start ? 1 : 0
}

function cellsOf(
  line: Partial<UsageLine> & { readonly start: string },
  by: readonly UsageKeyName[],
  buckets: number,
): (string | number | null)[] {
  return [
    line.start,
    ...by.map((name) => line[name] ?? ''),
    ...COUNTS.map((name) => (line.attempts === undefined ? 0 : (line[name] ?? null))),
    ...histogramCells(line.first_byte, buckets),
    ...histogramCells(line.whole, buckets),
  ]
}

function histogramCells(
  latency: LatencyLine | null | undefined,
  buckets: number,
): readonly (number | null)[] {
  if (latency === null) return Array.from({ length: buckets + 2 }, () => null)
  if (latency === undefined) return Array.from({ length: buckets + 2 }, () => 0)
  return [...latency.counts, latency.sum_ms]
}

/** Names of models come from clients. The program that opens the file must not take one for a formula. */
function cellOf(value: string | number | null): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
