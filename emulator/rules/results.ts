/** What a function's result may hold (googleapis/python-genai#2792). */
import { invalidArgument } from '../errors/failure.ts'
import type { Failure } from '../errors/failure.ts'
import type { Subject } from './subject.ts'

/**
 * Google takes a `$ref` anywhere in a result for the name of a picture beside it. Since Gemini 3.5 even the guide's
 * own example, which has such a picture, is refused.
 */
const NEVER_SINCE = 3.5

export function checkResults({ model, request }: Subject): Failure | undefined {
  for (const { parts = [] } of request.contents ?? []) {
    for (const { functionResponse } of parts) {
      if (!functionResponse) continue
      const beside = (functionResponse.parts ?? []).map(({ inlineData }) => inlineData?.displayName)
      const names = model.generation < NEVER_SINCE ? beside : []
      const unknown = references(functionResponse.response).find((name) => !names.includes(name))
      if (unknown === undefined) continue
      return invalidArgument(
        `The referenced name \`${unknown}\` in function_response.response does not match to a display_name in the function_response.parts.`,
      )
    }
  }
  return undefined
}

/** A stack instead of recursion: a result may be nested more deeply than calls can. */
function references(value: unknown): string[] {
  const found: string[] = []
  const open: unknown[] = [value]
  while (open.length > 0) {
    const next = open.pop()
    if (typeof next !== 'object' || next === null) continue
    for (const [key, child] of Object.entries(next)) {
      if (key !== '$ref') open.push(child)
      else found.push(typeof child === 'string' ? child : JSON.stringify(child))
    }
  }
  return found
}
