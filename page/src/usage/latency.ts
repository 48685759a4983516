import type { LatencyLine } from '../../../src/wire/usage.ts'

/**
 * The milliseconds that a share of all requests did not exceed, as precisely as the buckets allow. Null if there were
 * no requests. If it lies beyond the last bucket, the bound of that bucket.
 */
export function quantile(
  lines: readonly (LatencyLine | null)[],
  ends: readonly number[],
  share: number,
): number | null {
  const counts = Array.from({ length: ends.length + 1 }, (_, bucket) =>
    lines.reduce((total, line) => total + (line?.counts[bucket] ?? 0), 0),
  )
  const all = counts.reduce((total, count) => total + count, 0)
  if (all === 0) return null
  let before = 0
  for (const [bucket, count] of counts.entries()) {
    if (before + count >= share * all) {
      const from = ends[bucket - 1] ?? 0
      const to = ends[bucket] ?? from
      return from + ((share * all - before) / count) * (to - from)
    }
    before += count
  }
  return ends.at(-1) ?? null
}
