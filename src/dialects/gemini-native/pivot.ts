import { fit } from '../../gemini/fit/index.ts'
import type { Target } from '../../gemini/fit/aim.ts'
import type { GenerateContentRequest } from '../../gemini/types.ts'
import { isRecord } from '../../json/record.ts'
import { parseWithRawNumbers } from '../../json/long-numbers.ts'
import { toCamelCase } from '../spellings.ts'

/** Fields whose values have names of the client's own inside, so their spelling must stay. */
const OPAQUE: ReadonlySet<string> = new Set([
  'args',
  'response',
  'parameters',
  'parametersJsonSchema',
  'responseSchema',
  'responseJsonSchema',
  'partMetadata',
  'labels',
])

/** Lists that `fit` looks at. Google takes one thing for a list of one (docs/google.md: Unknown fields). */
const LISTS: ReadonlySet<string> = new Set([
  'contents',
  'parts',
  'tools',
  'functionDeclarations',
  'allowedFunctionNames',
  'safetySettings',
  'stopSequences',
  'responseModalities',
])

/** The fields of a request that Code Assist knows. */
const KNOWN: ReadonlySet<string> = new Set([
  'contents',
  'systemInstruction',
  'tools',
  'toolConfig',
  'safetySettings',
  'generationConfig',
  'labels',
])

/**
 * Adapts the request to a target that it was not written for: another model, or an upstream that refuses unknown
 * fields. A request that is not of Google's form is sent unchanged, so that Google says what is wrong.
 */
export function fitted(text: string, target: Target): string {
  try {
    const request = inCamelCase(parseWithRawNumbers(text)) as GenerateContentRequest
    const known =
      target.upstream === 'code-assist'
        ? Object.fromEntries(Object.entries(request).filter(([name]) => KNOWN.has(name)))
        : request
    return JSON.stringify(fit(known as GenerateContentRequest, target))
  } catch {
    return text
  }
}

function inCamelCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inCamelCase)
  if (!isRecord(value) || Object.getPrototypeOf(value) === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const name = toCamelCase(key)
      if (OPAQUE.has(name)) return [name, inner]
      const isOne = LISTS.has(name) && !Array.isArray(inner) && inner !== null
      return [name, inCamelCase(isOne ? [inner] : inner)]
    }),
  )
}
