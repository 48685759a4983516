/**
 * Whether a value is nested deeper than `levels`. From a few thousand levels on, JSON.stringify, which recurses,
 * throws.
 */
export function isNestedDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  // This runs for every value of a body, so no lists of keys are made. `for … in` meets only own keys here: objects
  // from JSON.parse inherit no enumerable ones.
  if (Array.isArray(value)) {
    for (const item of value) if (isNestedDeeper(item, levels - 1)) return true
    return false
  }
  for (const name in value) {
    if (isNestedDeeper((value as Readonly<Record<string, unknown>>)[name], levels - 1)) return true
  }
  return false
}
