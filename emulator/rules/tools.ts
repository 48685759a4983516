/** Tools and function declarations (docs/google.md: Tools, Schemas). */
import { invalidArgument, isObject } from '../errors/failure.ts'
import type { Failure } from '../errors/failure.ts'
import type { FunctionDeclaration, Tool } from '../proto/types.ts'
import { checkJsonSchema } from './json-schema.ts'
import { checkSchema } from './schema.ts'
import type { Subject } from './subject.ts'

const MAX_DECLARATIONS = 512
const NAME = /^[A-Za-z_][\w.:-]{0,127}$/
const BAD_NAME =
  'Invalid function name. Must start with a letter or an underscore. Must be alphanumeric (a-z, A-Z, ' +
  '0-9), underscores (_), dots (.), colons (:), or dashes (-), with a maximum length of 128.'
/** From this generation on, built-in tools and functions may stand in one request. */
const MIXES_SINCE = 3

export function checkTools(subject: Subject): Failure | undefined {
  const { tools = [] } = subject.request
  const declared = new Set<string>()
  for (const [index, tool] of tools.entries()) {
    const path = `tools[${index}]`
    const failed = checkTool(tool, path) ?? checkDeclarations(subject, tool, { path, declared })
    if (failed) return failed
  }
  if (declared.size > MAX_DECLARATIONS) {
    return invalidArgument(`At most ${MAX_DECLARATIONS} function declarations are allowed.`)
  }
  return checkMix(subject, tools, declared.size > 0)
}

function checkTool(tool: Tool, path: string): Failure | undefined {
  if (Object.keys(tool).length === 0) {
    return invalidArgument(
      `* GenerateContentRequest.${path}.tool_type: required one_of 'tool_type' must have one initialized field`,
    )
  }
  return tool['googleSearchRetrieval'] === undefined
    ? undefined
    : invalidArgument(
        'google_search_retrieval is not supported. Please use google_search tool instead.',
      )
}

function checkDeclarations(
  subject: Subject,
  { functionDeclarations = [] }: Tool,
  { path, declared }: { path: string; declared: Set<string> },
): Failure | undefined {
  for (const [index, declaration] of functionDeclarations.entries()) {
    const where = `${path}.function_declarations[${index}]`
    const failed = checkDeclaration(subject, declaration, where)
    if (failed) return failed
    const { name = '' } = declaration
    if (declared.has(name)) {
      return invalidArgument(`Duplicate function declaration found: ${name}`)
    }
    declared.add(name)
  }
  return undefined
}

function checkDeclaration(
  { model }: Subject,
  declaration: FunctionDeclaration,
  path: string,
): Failure | undefined {
  const { name = '', parameters, parametersJsonSchema, response, responseJsonSchema } = declaration
  const at = `* GenerateContentRequest.${path}`
  if (!NAME.test(name)) return invalidArgument(`${at}.name: ${BAD_NAME}`)
  if (parameters && parametersJsonSchema !== undefined) {
    return invalidArgument(
      `${at}: parameters and parameters_json_schema are mutually exclusive, only one can be set.`,
    )
  }
  if (response && responseJsonSchema !== undefined) {
    return invalidArgument(
      `${at}: response and response_json_schema are mutually exclusive, only one can be set.`,
    )
  }
  if (parametersJsonSchema !== undefined && !isObject(parametersJsonSchema)) {
    return invalidArgument(`${at}.parameters_json_schema: must be a JSON object.`)
  }
  const { type } = isObject(parametersJsonSchema) ? parametersJsonSchema : (parameters ?? {})
  const types: unknown[] = Array.isArray(type) ? type : [type]
  if (type !== undefined && !types.includes('object') && type !== 'OBJECT') {
    return invalidArgument(
      `Unable to submit request because \`${name}\` functionDeclaration \`parameters\` schema should be of type OBJECT.`,
    )
  }
  return (
    (parameters && checkSchema(parameters, { path: `${path}.parameters`, model })) ??
    (isObject(parametersJsonSchema)
      ? checkJsonSchema(parametersJsonSchema, `${path}.parameters_json_schema`)
      : undefined) ??
    (response && checkSchema(response, { path: `${path}.response`, model }))
  )
}

function checkMix(subject: Subject, tools: Tool[], hasFunctions: boolean): Failure | undefined {
  const { upstream, model, request } = subject
  const builtIns = tools.flatMap((tool) =>
    Object.keys(tool).filter((name) => name !== 'functionDeclarations'),
  )
  if (!hasFunctions || builtIns.length === 0) return undefined
  if (upstream !== 'gemini-api') {
    return invalidArgument('Multiple tools are supported only when they are all search tools.')
  }
  if (model.generation < MIXES_SINCE) {
    const names = builtIns.map((name) =>
      name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    )
    return invalidArgument(
      `Built-in tools ({${names.join(', ')}}) and Function Calling cannot be combined in the same request.`,
    )
  }
  if (request.toolConfig?.includeServerSideToolInvocations) return undefined
  return invalidArgument(
    'Please enable tool_config.include_server_side_tool_invocations to use Built-in tools with Function calling.',
  )
}
