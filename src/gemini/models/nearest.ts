import { listModels } from './find-model.ts'

/** The part of a name's letters that may be wrong. */
const TOLERANCE = 0.4

/**
 * The model of the catalogue that an unknown name most likely means; null if none is similar. It compares with every
 * model, so it is used only for errors.
 */
export function nearestModel(name: string): string | null {
  const asked = name.toLowerCase().slice(0, 64)
  let nearest: string | null = null
  let least = asked.length * TOLERANCE + 1
  for (const { id } of listModels()) {
    const changes = distance(asked, id)
    if (changes >= least || id === name) continue
    least = changes
    nearest = id
  }
  return nearest
}

/** A changed letter says more against a name than a missing one, as when somebody leaves out a version. */
const CHANGED = 1.5

/** Levenshtein distance: how many letters must be added or removed, or, for more, changed. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (let at = 1; at <= one.length; at++) {
    const next = [at]
    for (let to = 1; to <= other.length; to++) {
      const changed = (row[to - 1] ?? 0) + (one[at - 1] === other[to - 1] ? 0 : CHANGED)
      next.push(Math.min(changed, (row[to] ?? 0) + 1, (next[to - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[other.length] ?? 0
}
