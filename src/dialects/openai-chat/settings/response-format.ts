/** `response_format`: an answer in JSON, of a schema or of any (client-protocols §1.1). */
import * as v from 'valibot'
import type { GenerationConfig } from '../../../gemini/types.ts'
import { isRecord } from '../../../json/record.ts'
import { lowerCaseOf, string } from '../../words.ts'

const schema = v.custom<Record<string, unknown>>(isRecord, 'an object')

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
