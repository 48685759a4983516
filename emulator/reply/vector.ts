/** Embeddings that tell texts apart: the same text always has the same vector. */

/** Length of the vectors before any is cut short. */
const WHOLE = 3072

/**
 * The first `length` values of a unit vector that follows from the text. So a vector that is cut short is no unit vector, as
 * with gemini-embedding-001 (docs/google.md: Embeddings); one of a model whose whole vectors are shorter is none either.
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
