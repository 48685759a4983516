/** `response_format`: an answer in JSON, with or without a schema (docs/clients.md: Fields). */
import * as v from 'valibot'
import type { GenerationConfig } from '../../../gemini/types.ts'
import { isRecord } from '../../../json/record.ts'
import { fieldsOf, lowerCaseOf, string } from '../../words.ts'
import { parseObject } from '../../../gemini/ask/json-object.ts'
import { lazy } from '../../../lazy.ts'

const schema = lazy(() => v.custom<Record<string, unknown>>(isRecord, 'an object'))

const format = lazy(() =>
  v.object(
    {
      type: lowerCaseOf(['text', 'json_object', 'json_schema']),
      json_schema: v.nullish(
        v.object({ name: v.nullish(string()), schema: v.nullish(schema()) }, 'an object'),
      ),
      // Other servers and the Responses API have it here (docs/clients.md: Fields).
      schema: v.nullish(schema()),
      response_schema: v.nullish(schema()),
    },
    'an object',
  ),
)

/** vLLM's field: a schema, as an object or as JSON text. */
const guided = lazy(() =>
  v.pipe(
    v.union([v.string(), schema()], 'a JSON schema'),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const { value } = dataset
      const read = typeof value === 'string' ? parseObject(value) : value
      if (read !== undefined) return read
      addIssue({ message: 'must be a JSON schema' })
      return NEVER
    }),
  ),
)

export const responseFormatEntries = lazy(() => ({
  response_format: v.nullish(format()),
  guided_json: v.nullish(guided()),
  structured_outputs: v.nullish(fieldsOf({ json: v.nullish(guided()) })),
}))

const responseFormatFields = lazy(() => v.object(responseFormatEntries()))

/** The schema decides, not the type: without one, `json_schema` is `json_object`, and the other way round. */
export function toResponseFormat({
  response_format: asked,
  guided_json,
  structured_outputs,
}: v.InferOutput<ReturnType<typeof responseFormatFields>>): GenerationConfig {
  const guide = guided_json ?? structured_outputs?.json
  if (guide) return { responseMimeType: 'application/json', responseJsonSchema: guide }
  if (!asked || asked.type === 'text') return {}
  const responseJsonSchema = asked.json_schema?.schema ?? asked.schema ?? asked.response_schema
  return { responseMimeType: 'application/json', ...(responseJsonSchema && { responseJsonSchema }) }
}
