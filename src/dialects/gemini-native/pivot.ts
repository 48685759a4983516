import { fit } from '../../gemini/fit/index.ts'
import type { Target } from '../../gemini/fit/aim.ts'
import type { GenerateContentRequest } from '../../gemini/types.ts'
import { isRecord } from '../../json/record.ts'
import { parseWithRawNumbers } from '../../json/long-numbers.ts'
import { toCamelCase } from '../spellings.ts'

/** What has names of the client's own inside. */
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

/** Of a request, what Code Assist knows. */
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
 * The request changed to what the target takes of it, where that is not what the client wrote it for: another model, or a front
 * end that refuses what it does not know. What is not of Google's form cannot be changed, and goes as it is: Google tells why.
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
      return [name, OPAQUE.has(name) ? inner : inCamelCase(inner)]
    }),
  )
}
