/** Alternatives that say no more than which properties must be there: Google has no word for them, so they are told in words. */
import { isRecord } from '../../json/record.ts'
import type { Shape } from './shape.ts'

/** What else may stand in an alternative that only demands. */
const BESIDE = new Set(['required', 'type', 'title', 'description', '$comment'])

/** The sentence for alternatives that are bare demands, all of them; null where one says more. */
export function demandOf(variants: readonly unknown[], isExclusive: boolean): string | null {
  const sets: string[] = []
  for (const variant of variants) {
    const names = demandedBy(variant)
    if (names === null) return null
    sets.push(names.map((name) => JSON.stringify(name)).join(' with '))
  }
  return `${isExclusive ? 'Exactly one' : 'At least one'} of these is required: ${sets.join('; ')}.`
}

function demandedBy(variant: unknown): readonly string[] | null {
  if (!isRecord(variant) || !Object.keys(variant).every((key) => BESIDE.has(key))) return null
  const { type, required } = variant
  if (type !== undefined && type !== 'object') return null
  const names = Array.isArray(required) ? required.filter((name) => typeof name === 'string') : []
  return names.length === 0 ? null : names
}

/** An alternative may demand what only the schema around it describes; Google wants to see what is demanded. */
export function withDemanded(variant: Shape, around: Shape | null): Shape {
  const missing = [...variant.required].flatMap((name) => {
    const shape = variant.properties?.has(name) === true ? undefined : around?.properties?.get(name)
    return shape === undefined ? [] : [[name, shape] as const]
  })
  if (missing.length === 0) return variant
  return { ...variant, properties: new Map([...(variant.properties ?? []), ...missing]) }
}

/** What stands where a reference leads back to itself. */
export function sameFormAs(reference: string): string {
  const name = reference.split('/').at(-1) ?? ''
  return name === '#' || name === ''
    ? 'Of the same form as the whole.'
    : `Of the same form as ${name}.`
}
