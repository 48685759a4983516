import { findModel, isNameOfGoogles } from './find-model.ts'
import type { Listed } from './listing.ts'

/** The part of a name's letters that may be wrong. */
const TOLERANCE = 0.4

/** So few letters are a slip, whatever else a name may begin with. */
const SLIP = 2

/**
 * Which of the models that a key can use an unknown name most likely means; null if none is similar. It compares with
 * each of them, so it is used only for errors.
 */
export function nearestModel(name: string, usable: readonly Listed[]): string | null {
  const asked = bareOf(name.toLowerCase())
  const known = findModel(name)
  const ids = usable
    // One that draws is no help to who wants to talk, nor the other way round.
    .filter(({ model }) => known === undefined || model?.kind === known.kind)
    .map(({ id }) => id)
    .filter((id) => id !== name)
  let nearest: string | null = null
  let least = asked.length * TOLERANCE + 1
  for (const id of ids) {
    // Few know which models are still previews.
    const changes = Math.min(distance(asked, id), distance(asked, id.replace(/-preview$/, '')))
    if (changes >= least) continue
    least = changes
    nearest = id
  }
  const preview = ids.find((id) => id === `${asked}-preview`)
  return preview ?? (least <= SLIP ? nearest : (beginningOf(asked, ids) ?? nearest))
}

/** A name without what other gateways and SDKs write around it, as in `vertex_ai/…` or `…:latest`. */
function bareOf(name: string): string {
  const words = name.split(/[/:@]/)
  return (words.findLast(isNameOfGoogles) ?? name).slice(0, 64)
}

/** The model that a longer name begins with, as `…-latest` or `…-001` may. */
function beginningOf(asked: string, ids: readonly string[]): string | undefined {
  return ids
    .toSorted((one, other) => one.length - other.length)
    .findLast((id) => asked.startsWith(`${id}-`))
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
