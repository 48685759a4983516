/** Whether JSON is nested deeper than so many levels: more than a few thousand, and JSON.stringify, which recurses, throws. */
export function isNestedDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  // Every value of a body comes by here, so no lists of them are made. Nothing but own names is met: what JSON.parse makes inherits none that `for` would see.
  if (Array.isArray(value)) {
    for (const item of value) if (isNestedDeeper(item, levels - 1)) return true
    return false
  }
  for (const name in value) {
    if (isNestedDeeper((value as Readonly<Record<string, unknown>>)[name], levels - 1)) return true
  }
  return false
}
