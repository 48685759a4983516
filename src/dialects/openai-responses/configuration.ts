/** How much the model thinks and in which form it answers. Items of the input may change both for all that follows. */
import * as v from 'valibot'
import { lazy } from '../../lazy.ts'
import { EFFORT_NAMES } from '../efforts.ts'
import { fieldsOf, lowerCaseOf, record } from '../words.ts'

export const effort = lazy(() => v.nullish(lowerCaseOf(EFFORT_NAMES)))

export const format = lazy(() =>
  v.nullish(
    fieldsOf({
      type: lowerCaseOf(['text', 'json_object', 'json_schema']),
      schema: v.nullish(record()),
      // As Chat Completions has it.
      json_schema: v.nullish(fieldsOf({ schema: v.nullish(record()) })),
    }),
  ),
)

export const configurationUpdate = lazy(() =>
  v.object({
    type: v.literal('configuration_update'),
    reasoning: v.nullish(fieldsOf({ effort: effort() })),
    text: v.nullish(fieldsOf({ format: format() })),
  }),
)
