/** Whether JSON is nested deeper than so many levels: more than a few thousand, and JSON.stringify, which recurses, throws. */
export function isNestedDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  return Object.values(value).some((item) => isNestedDeeper(item, levels - 1))
}
