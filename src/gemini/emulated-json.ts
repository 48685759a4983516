import { isRecord } from '../json/record.ts'
import type { Traits } from './models/traits.ts'
import type { GenerateContentRequest } from './types.ts'

/** How an answer in JSON comes about where Google does not take care of it. */
export interface EmulatedJson {
  readonly by: 'function' | 'words'
  /** The function whose arguments are the answer; a name that no other function has. */
  readonly name: string
}

const JSON_MIME = 'application/json'

/** Whether the answer is to be JSON, and nothing else. */
export function isJson({ generationConfig }: GenerateContentRequest): boolean {
  return generationConfig?.responseMimeType === JSON_MIME
}

/**
 * Gemini 2.5 takes no mime type for its answer beside tools, and models of pictures take none at all (docs/google.md: Tools). Beside
 * functions the answer is then one more function, whose arguments have the schema; else JSON is asked for in words. Null where
 * Google takes the request as it is. Pure, and of the request before it is fitted.
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
  // Arguments are an object, so a schema of anything else cannot be theirs.
  const hasArguments = isRecord(schema) && schema['type'] === 'object'
  const isCallable = json === 'without_tools' && names.size > 0 && hasArguments
  return { by: isCallable ? 'function' : 'words', name }
}
