import type { GenerateContentRequest } from './types.ts'
import { isRecord } from '../http/record.ts'

/**
 * Gemini 2.5 takes no schema for its answer beside functions (google-upstreams §4.4). There the answer becomes one more function,
 * whose arguments are the answer. The name it would have, whichever model serves: null where there is no need for it, or where the
 * schema is not of an object, as arguments must be. Pure.
 */
export function answerFunctionOf(request: GenerateContentRequest): string | null {
  const schema = request.generationConfig?.responseJsonSchema
  const names = functionNames(request)
  if (names.size === 0 || !isRecord(schema) || schema['type'] !== 'object') return null
  let name = 'final_answer'
  while (names.has(name)) name += '_'
  return name
}

function functionNames({ tools = [] }: GenerateContentRequest): Set<string> {
  const declared = tools.flatMap((tool) => tool.functionDeclarations ?? [])
  return new Set(declared.map(({ name }) => name))
}
