/** `response_format`: an answer in JSON, of a schema or of any (client-protocols §1.1). */
import * as v from 'valibot'
import type { GenerationConfig } from '../../../gemini/types.ts'
import { isNestedDeeper } from '../../../json/nesting.ts'
import { isRecord } from '../../../json/record.ts'
import { lowerCaseOf, string } from '../../words.ts'

/** Deeper ones no model follows, and Google refuses them (google-upstreams §7.2). */
const MAX_SCHEMA_DEPTH = 100

const schema = v.pipe(
  v.custom<Record<string, unknown>>(isRecord, 'an object'),
  v.check(
    (value) => !isNestedDeeper(value, MAX_SCHEMA_DEPTH),
    `must not be nested deeper than ${MAX_SCHEMA_DEPTH} levels`,
  ),
)

const format = v.object(
  {
    type: lowerCaseOf(['text', 'json_object', 'json_schema']),
    json_schema: v.nullish(
      v.object({ name: v.nullish(string), schema: v.nullish(schema) }, 'an object'),
    ),
  },
  'an object',
)

export const responseFormatEntries = { response_format: v.nullish(format) }

const responseFormatFields = v.object(responseFormatEntries)

/** A `json_schema` without a schema is a `json_object`. */
export function toResponseFormat({
  response_format: asked,
}: v.InferOutput<typeof responseFormatFields>): GenerationConfig {
  if (!asked || asked.type === 'text') return {}
  const responseJsonSchema = asked.type === 'json_schema' ? asked.json_schema?.schema : undefined
  return { responseMimeType: 'application/json', ...(responseJsonSchema && { responseJsonSchema }) }
}
