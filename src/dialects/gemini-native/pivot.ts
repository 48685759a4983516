import { fit } from '../../gemini/fit/index.ts'
import type { Target } from '../../gemini/fit/aim.ts'
import { ignoredBy } from '../../gemini/fit/ignored.ts'
import type { GenerateContentRequest } from '../../gemini/types.ts'
import { isRecord } from '../../json/record.ts'
import { parseWithRawNumbers } from '../../json/long-numbers.ts'
import { toCamelCase } from '../spellings.ts'
import { unreadFields } from '../unread-fields.ts'
import { fieldOf, recordsOf, spellingIn } from './fields.ts'

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
  'schema',
  'headers',
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

/** What `fit` compares with Google's names of enums. Google takes these in small letters too (docs/google.md: Requests). */
const ENUMS: ReadonlySet<string> = new Set([
  'thinkingLevel',
  'responseModalities',
  'mode',
  'category',
  'level',
])

/** Numbers that `fit` compares. Google takes them as texts too. */
const NUMBERS: ReadonlySet<string> = new Set([
  'thinkingBudget',
  'candidateCount',
  'maxOutputTokens',
  'presencePenalty',
  'frequencyPenalty',
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

/** Whether the request may go to the target as its client wrote it. */
export function isAsMeant(model: string, target: Target): boolean {
  return target.model === model && target.upstream !== 'code-assist' && target.schemas !== 'openapi'
}

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
    return JSON.stringify(
      fit(known as GenerateContentRequest, { ...target, isToldAsWritten: true }),
    )
  } catch {
    return text
  }
}

/** What `fitted` leaves out and its client may miss, as the client spells it. */
export function leftOutFor(target: Target, body: Record<string, unknown>): readonly string[] {
  const known = new Set([...KNOWN, 'model'].map((name) => spellingIn(body, name)))
  const unknown = target.upstream === 'code-assist' ? unreadFields(body, known) : []
  const unfit = unfitIn(body, target).map((name) => pathOf(name, body))
  return [...new Set([...unknown, ...unfit])]
}

function unfitIn(body: Record<string, unknown>, target: Target): readonly string[] {
  try {
    return ignoredBy(settingsIn(body), target)
  } catch {
    return [] // not of Google's form, so it was sent unchanged
  }
}

function settingsIn(body: Record<string, unknown>): GenerateContentRequest {
  const names = ['generationConfig', 'tools', 'safetySettings', 'serviceTier']
  const set = names.flatMap((name) => {
    const value = fieldOf(body, name)
    return value === undefined || value === null ? [] : [[name, value]]
  })
  return inCamelCase(Object.fromEntries(set)) as GenerateContentRequest
}

/** Where the client wrote it: a setting, one of a picture's, a kind of tool, or a field of the request. */
function pathOf(name: string, body: Record<string, unknown>): string {
  const config = fieldOf(body, 'generationConfig')
  const at = `${spellingIn(body, 'generationConfig')}.`
  if (fieldOf(config, name) !== undefined) return at + spellingIn(config, name)
  const picture = fieldOf(config, 'imageConfig')
  if (fieldOf(picture, name) !== undefined) {
    return `${at}${spellingIn(config, 'imageConfig')}.${spellingIn(picture, name)}`
  }
  const tool = recordsOf(body['tools']).find((each) => fieldOf(each, name) !== undefined)
  return tool === undefined ? spellingIn(body, name) : `tools.${spellingIn(tool, name)}`
}

function inCamelCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inCamelCase)
  if (!isRecord(value) || Object.getPrototypeOf(value) === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const name = toCamelCase(key)
      if (OPAQUE.has(name)) return [name, inner]
      const isOne = LISTS.has(name) && !Array.isArray(inner) && inner !== null
      const given = isOne ? [inner] : inner
      if (ENUMS.has(name)) return [name, inCapitals(given)]
      return [name, NUMBERS.has(name) ? asNumber(given) : inCamelCase(given)]
    }),
  )
}

function asNumber(value: unknown): unknown {
  const number = typeof value === 'string' && value !== '' ? Number(value) : NaN
  return Number.isNaN(number) ? value : number
}

function inCapitals(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inCapitals)
  return typeof value === 'string' ? value.toUpperCase() : value
}
