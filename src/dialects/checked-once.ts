/** Schemas of what comes again: an agent's tools and messages are the same with each turn, and are checked with the first. */
import type * as v from 'valibot'
import { frozen } from '../json/frozen.ts'

/**
 * The schema, which looks once at each frozen value that it finds nothing wrong with. What came of it is frozen too and given out again,
 * so it must hold nothing that is filled in later: `isLasting` says whether it does not.
 */
export function checkedOnce<const Schema extends v.GenericSchema>(
  schema: Schema,
  isLasting: (output: v.InferOutput<Schema>) => boolean = always,
): Schema {
  const outputs = new WeakMap<object, { readonly output: v.InferOutput<Schema> }>()
  return {
    ...schema,
    '~run'(dataset, config) {
      const { value } = dataset
      if (typeof value !== 'object' || value === null || !Object.isFrozen(value)) {
        return schema['~run'](dataset, config)
      }
      const known = outputs.get(value)
      if (known !== undefined) return { typed: true, value: known.output }
      const told = schema['~run'](dataset, config)
      if (told.issues === undefined && isLasting(told.value)) {
        outputs.set(value, { output: frozen(told.value) })
      }
      return told
    },
  }
}

function always(): boolean {
  return true
}
