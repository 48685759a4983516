const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 }

/**
 * Milliseconds in one of Google's durations: protobuf's `34.07s` or Go's `18h12m3.4s` and `539.47ms`
 * (google-upstreams §8.6). Null for anything else.
 */
export function parseDuration(text: string): number | null {
  const compact = text.trim()
  if (!/^(\d+(\.\d+)?(h|ms|m|s))+$/.test(compact)) return null
  let total = 0
  for (const [, amount, unit] of compact.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)) {
    total += Number(amount) * (UNIT_MS[unit ?? ''] ?? 0)
  }
  return Math.ceil(total)
}
