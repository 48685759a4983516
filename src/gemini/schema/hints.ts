import type { Shape } from './shape.ts'

const MAX_HINT = 1000

/** What a form cannot express is added to the description, where the model reads it. */
export function described(shape: Shape, hint: string): { readonly description?: string } {
  const notes = [...(shape.notes ?? []), hint].map((text) => text.slice(0, MAX_HINT))
  const all = [shape.description ?? '', ...notes].filter((text) => text !== '')
  return all.length === 0 ? {} : { description: all.join(' ') }
}

export function oneOf(values: readonly unknown[]): string {
  return `One of: ${values.map((value) => JSON.stringify(value)).join(', ')}.`
}
