/** Validates recurring values once: an agent sends the same tools and messages with every turn. */
import type * as v from 'valibot'
import { frozen } from '../json/frozen.ts'

/**
 * Wraps a schema so that it validates each frozen value once, if it finds no fault. The output is frozen and returned
 * each time, so it must hold nothing that is filled in later. `isLasting` tells whether that is so.
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
