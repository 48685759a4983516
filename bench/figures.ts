export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** By nearest rank; NaN if there are no values. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN
}
