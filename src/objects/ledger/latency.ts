/**
 * How long attempts took, as a histogram of the time to the first byte and one of the whole time: the count of each
 * bucket, then the sums in milliseconds. One flat list, so that adding two takes one loop. A list is never changed in
 * place, since sums share it.
 */
export type Latency = readonly number[]

/**
 * Upper bounds in milliseconds, inclusive. Longer times go into one further bucket. These are the bounds of
 * OpenTelemetry's GenAI histograms that a model reaches.
 */
export const BUCKETS_MS: readonly number[] = [
  80, 160, 320, 640, 1280, 2560, 5120, 10_240, 20_480, 40_960, 81_920, 163_840,
]

const BUCKETS = BUCKETS_MS.length + 1
const FIRST_BYTE_SUM = 2 * BUCKETS
const WHOLE_SUM = FIRST_BYTE_SUM + 1
const LENGTH = WHOLE_SUM + 1

const numbered = (name: string): string[] =>
  Array.from({ length: BUCKETS }, (_, n) => `${name}_${n}`)

/** The columns of tables that store a latency, in the same order. */
export const LATENCY_COLUMNS: readonly string[] = [
  ...numbered('first_byte'),
  ...numbered('whole'),
  'first_byte_ms',
  'whole_ms',
]

export const NO_LATENCY: Latency = Array.from({ length: LENGTH }, () => 0)

/** The times of one attempt, in milliseconds. */
export interface Took {
  /** Until the first part of the answer that said anything; null if none came. */
  readonly firstByteMs: number | null
  readonly wholeMs: number
}

/** The same with one more attempt. */
export function withAttempt(latency: Latency, { firstByteMs, wholeMs }: Took): Latency {
  const sum = [...latency]
  const add = (at: number, more: number): void => {
    sum[at] = (sum[at] ?? 0) + more
  }
  if (firstByteMs !== null) {
    add(bucketOf(firstByteMs), 1)
    add(FIRST_BYTE_SUM, firstByteMs)
  }
  add(BUCKETS + bucketOf(wholeMs), 1)
  add(WHOLE_SUM, wholeMs)
  return sum
}

export function plus(one: Latency, other: Latency): Latency {
  if (other === NO_LATENCY) return one
  return one === NO_LATENCY ? other : one.map((count, at) => count + (other[at] ?? 0))
}

export interface Histogram {
  /** The counts of the buckets; one more than `BUCKETS_MS` has. */
  readonly counts: readonly number[]
  readonly count: number
  readonly sumMs: number
}

export function histograms(latency: Latency): { firstByte: Histogram; whole: Histogram } {
  const histogram = (from: number, sumAt: number): Histogram => {
    const counts = latency.slice(from, from + BUCKETS)
    const count = counts.reduce((sum, bucket) => sum + bucket, 0)
    return { counts, count, sumMs: latency[sumAt] ?? 0 }
  }
  return { firstByte: histogram(0, FIRST_BYTE_SUM), whole: histogram(BUCKETS, WHOLE_SUM) }
}

/** A stored latency. Anything of another form counts as none. */
export function latencyFrom(kept: unknown): Latency {
  return Array.isArray(kept) && kept.length === LENGTH ? (kept as Latency) : NO_LATENCY
}

function bucketOf(ms: number): number {
  const at = BUCKETS_MS.findIndex((end) => ms <= end)
  return at === -1 ? BUCKETS_MS.length : at
}
