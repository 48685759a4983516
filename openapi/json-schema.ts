import { type JsonSchema, toJsonSchema, toJsonSchemaDefs } from '@valibot/to-json-schema'
import type * as v from 'valibot'
import { bulkLine, foldedFile } from '../src/routes/admin/credential-schema.ts'
import { COMPONENTS } from './answers.ts'

/**
 * Inputs with which a schema that depends on its input is called, to learn which schemas it chooses from: the kinds
 * of JSON, and the values by which parts of a body name their type.
 */
const SAMPLES: readonly unknown[] = [
  'text',
  [],
  {},
  ...['text', 'refusal', 'image_url', 'input_audio', 'file', 'function', 'custom'].map((type) => ({
    type,
  })),
  ...['user', 'assistant', 'tool', 'function'].map((role) => ({ role })),
]

const RULES = {
  target: 'draft-2020-12', // OpenAPI 3.1, section 4.8.24: its dialect is a superset of JSON Schema 2020-12
  typeMode: 'input',
  errorMode: 'ignore', // a rule that JSON Schema cannot express is explained by its error message
  overrideSchema: ({ valibotSchema }: { valibotSchema: v.GenericSchema }) =>
    overridden(valibotSchema),
} as const

const CONFIG = {
  ...RULES,
  definitions: COMPONENTS,
  overrideRef: ({ referenceId }: { referenceId: string }) => refTo(referenceId),
}

export function components(): Record<string, JsonSchema> {
  return toJsonSchemaDefs(COMPONENTS, CONFIG)
}

/** The schema of what is accepted, before anything is transformed. */
export function schemaOf(schema: v.GenericSchema): JsonSchema {
  const { $schema: _dialect, ...rest } = toJsonSchema(schema, CONFIG)
  return withoutDefinitions(rest) as JsonSchema
}

/**
 * Removes definitions: components are listed elsewhere, and nothing refers to those that the converter keeps of
 * schemas that depend on their input.
 */
function withoutDefinitions(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDefinitions)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([name]) => name !== '$defs')
  return Object.fromEntries(entries.map(([name, of]) => [name, withoutDefinitions(of)]))
}

function overridden(schema: v.GenericSchema): JsonSchema | null {
  if (schema === foldedFile()) {
    const asText = { type: 'string', contentMediaType: 'application/json' } as const
    return { anyOf: [{ $ref: refTo('CredentialFile') }, asText] }
  }
  if (schema.type === 'instance')
    return { type: 'string', contentMediaType: 'application/octet-stream' }
  if (schema === bulkLine()) return { $ref: refTo('NewCredential') }
  return schema.type === 'lazy' ? anyOf(schema as v.LazySchema<v.GenericSchema>) : null
}

function refTo(component: string): string {
  return `#/components/schemas/${component}`
}

function anyOf({ getter }: v.LazySchema<v.GenericSchema>): JsonSchema {
  const chosen = new Map<string, JsonSchema>()
  for (const sample of SAMPLES) {
    const schema = schemaOf(getter(sample))
    chosen.set(JSON.stringify(schema), schema)
  }
  const [only, ...others] = chosen.values()
  return only !== undefined && others.length === 0 ? only : { anyOf: [...chosen.values()] }
}
