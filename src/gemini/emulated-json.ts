import { isRecord } from '../json/record.ts'
import type { Traits } from './models/traits.ts'
import type { GenerateContentRequest } from './types.ts'

/** How JSON output is emulated when Google does not offer it. */
export interface EmulatedJson {
  readonly by: 'function' | 'words'
  /** The function whose arguments are the answer. No other function has this name. */
  readonly name: string
}

const JSON_MIME = 'application/json'

/** Whether the answer must be JSON and nothing else. */
export function isJson({ generationConfig }: GenerateContentRequest): boolean {
  return generationConfig?.responseMimeType === JSON_MIME
}

/**
 * Gemini 2.5 accepts no mime type for its answer beside tools, and models of pictures accept none at all
 * (docs/google.md: Tools). If functions are declared, one more function then takes the answer: its arguments follow
 * the schema. Otherwise the prompt asks for JSON in words. Null if Google accepts the request as it is. Takes the
 * request before it is fitted. Pure.
 */
export function emulatedJson(
  request: GenerateContentRequest,
  { json }: Traits,
): EmulatedJson | null {
  if (!isJson(request) || json === 'yes') return null
  const { generationConfig, tools = [] } = request
  if (json === 'without_tools' && tools.length === 0) return null
  const declared = tools.flatMap((tool) => tool.functionDeclarations ?? [])
  const names = new Set(declared.map(({ name }) => name))
  let name = 'final_answer'
  while (names.has(name)) name += '_'
  const schema = generationConfig?.responseJsonSchema
  // Arguments are always an object, so a schema of anything else cannot describe them.
  const hasArguments = isRecord(schema) && schema['type'] === 'object'
  const isCallable = json === 'without_tools' && names.size > 0 && hasArguments
  return { by: isCallable ? 'function' : 'words', name }
}
