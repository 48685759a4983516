/**
 * Alternatives that only say which properties are required. Google has no form for them, so a sentence in the
 * description tells the model.
 */
import { isRecord } from '../../json/record.ts'
import type { Shape } from './shape.ts'

/** What may stand beside `required` in such an alternative. */
const BESIDE = new Set(['required', 'type', 'title', 'description', '$comment'])

/** The sentence, if every alternative only names required properties; null if one says more. */
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

/**
 * An alternative may require a property that only the surrounding schema describes. Google refuses that, so the
 * description is added to the alternative.
 */
export function withDemanded(variant: Shape, around: Shape | null): Shape {
  const missing = [...variant.required].flatMap((name) => {
    const shape = variant.properties?.has(name) === true ? undefined : around?.properties?.get(name)
    return shape === undefined ? [] : [[name, shape] as const]
  })
  if (missing.length === 0) return variant
  return { ...variant, properties: new Map([...(variant.properties ?? []), ...missing]) }
}

/** The note in place of a reference that leads back to itself. */
export function sameFormAs(reference: string): string {
  const name = reference.split('/').at(-1) ?? ''
  return name === '#' || name === ''
    ? 'Of the same form as the whole.'
    : `Of the same form as ${name}.`
}
