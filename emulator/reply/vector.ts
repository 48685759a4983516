/** Embeddings that distinguish texts: the same text always has the same vector. */

/** Length of a vector that was not shortened. */
const WHOLE = 3072

/**
 * The first `length` values of a unit vector that is derived from the text. So a shortened vector is not a unit
 * vector, as with gemini-embedding-001 (docs/google.md: Embeddings). Neither is a vector of a model whose vectors are
 * shorter from the start.
 */
export function vectorOf(text: string, length: number): number[] {
  let seed = 0x811c9dc5
  for (const character of text) {
    seed = Math.imul(seed ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0
  }
  const values = Array.from({ length: WHOLE }, () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return seed / 2 ** 31 - 1
  })
  const norm = Math.hypot(...values)
  return values.slice(0, length).map((value) => value / norm)
}
