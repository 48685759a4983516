/** Writes schemas of functions and answers in the form that the target accepts (docs/google.md: Schemas). */
import { toJsonSchema, toJsonSchemaObject } from '../schema/json-schema.ts'
import { keeping } from '../schema/conversion-cache.ts'
import { toOpenApi, toOpenApiObject } from '../schema/open-api.ts'
import { frozen, onceForFrozen } from '../../json/frozen.ts'
import type { FunctionDeclaration, GenerateContentRequest, Tool } from '../types.ts'
import type { Target } from './aim.ts'
import { changeConfig } from './config.ts'

const toParametersJsonSchema = keeping(toJsonSchemaObject)
const toParameters = keeping(toOpenApiObject)

export function fitSchemas(
  request: GenerateContentRequest,
  { schemas = 'json' }: Target,
): GenerateContentRequest {
  const { tools, generationConfig } = request
  const schema = generationConfig?.responseJsonSchema
  const fitted =
    schema === undefined
      ? request
      : changeConfig(request, { responseJsonSchema: undefined, ...response(schema, schemas) })
  return tools === undefined
    ? fitted
    : { ...fitted, tools: tools.map((tool) => fitTool(tool, schemas)) }
}

type Form = NonNullable<Target['schemas']>

function fitTool(tool: Tool, schemas: Form): Tool {
  const { functionDeclarations } = tool
  if (functionDeclarations === undefined) return tool
  return {
    ...tool,
    functionDeclarations: functionDeclarations.map(FITTED[schemas]),
  }
}

/** The result for a frozen declaration is frozen too, since its converted schema is. */
const FITTED: Readonly<Record<Form, (declaration: FunctionDeclaration) => FunctionDeclaration>> = {
  json: fittedOnce('json'),
  openapi: fittedOnce('openapi'),
}

function fittedOnce(form: Form): (declaration: FunctionDeclaration) => FunctionDeclaration {
  const ofFrozen = onceForFrozen((each) =>
    frozen(fitDeclaration(each as FunctionDeclaration, form)),
  )
  return (each) => (Object.isFrozen(each) ? ofFrozen(each) : fitDeclaration(each, form))
}

/** A function without arguments gets no schema: older models refuse an empty one (docs/google.md: Schemas). */
function fitDeclaration(declaration: FunctionDeclaration, schemas: Form): FunctionDeclaration {
  if (declaration.parametersJsonSchema === undefined) return declaration
  const { parametersJsonSchema: schema, ...rest } = declaration
  if (schemas === 'json') {
    const parametersJsonSchema = toParametersJsonSchema(schema)
    return parametersJsonSchema === undefined ? rest : { ...rest, parametersJsonSchema }
  }
  const parameters = toParameters(schema)
  return parameters === undefined ? rest : { ...rest, parameters }
}

function response(
  schema: unknown,
  schemas: Form,
): { readonly responseJsonSchema?: unknown; readonly responseSchema?: unknown } {
  if (schemas === 'json') return { responseJsonSchema: toJsonSchema(schema) }
  const responseSchema = toOpenApi(schema)
  return responseSchema === undefined ? {} : { responseSchema }
}
