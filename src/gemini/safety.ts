/**
 * Google's safety enums (docs/google.md: Safety settings), checked wherever they can be set: request, user,
 * environment.
 */
import { wordOf } from '../failure/check.ts'
import * as v from 'valibot'
import type { SafetySetting } from './types.ts'
import type { Upstream } from './upstreams.ts'
import { lazy } from '../lazy.ts'

const CATEGORIES = [
  'HARM_CATEGORY_HARASSMENT',
  'HARM_CATEGORY_HATE_SPEECH',
  'HARM_CATEGORY_SEXUALLY_EXPLICIT',
  'HARM_CATEGORY_DANGEROUS_CONTENT',
  'HARM_CATEGORY_CIVIC_INTEGRITY',
  'HARM_CATEGORY_JAILBREAK',
] as const

/** Only Vertex AI knows these; another upstream refuses the whole request for one. */
const VERTEX_CATEGORIES = [
  'HARM_CATEGORY_IMAGE_HATE',
  'HARM_CATEGORY_IMAGE_DANGEROUS_CONTENT',
  'HARM_CATEGORY_IMAGE_HARASSMENT',
  'HARM_CATEGORY_IMAGE_SEXUALLY_EXPLICIT',
] as const

const THRESHOLDS = [
  'HARM_BLOCK_THRESHOLD_UNSPECIFIED',
  'BLOCK_LOW_AND_ABOVE',
  'BLOCK_MEDIUM_AND_ABOVE',
  'BLOCK_ONLY_HIGH',
  'BLOCK_NONE',
  'OFF',
] as const

function oneOf<const T extends readonly string[]>(values: T) {
  return v.pipe(v.string('a string'), v.toUpperCase(), wordOf(values))
}

const category = lazy(() => oneOf([...CATEGORIES, ...VERTEX_CATEGORIES]))
const threshold = lazy(() => oneOf(THRESHOLDS))

/**
 * In Google's spelling, each category once. Other fields that a client sends with a setting (`method`) are not passed
 * on.
 */
export const safetySettings = lazy(() =>
  v.pipe(
    v.array(
      v.object(
        { category: category(), threshold: threshold() },
        'an object with category and threshold',
      ),
      'an array of safety settings',
    ),
    v.transform((settings) => mergeSafety(settings)),
  ),
)

/** For a variable, such as `HARASSMENT=BLOCK_NONE,HATE_SPEECH=OFF`; the prefix HARM_CATEGORY_ is optional. */
export const safetyText = lazy(() =>
  v.pipe(
    v.string(),
    v.transform((text) =>
      text.split(',').flatMap((entry) => {
        if (entry.trim() === '') return []
        const [name = '', level = ''] = entry.split('=').map((word) => word.trim().toUpperCase())
        return { category: name.startsWith(PREFIX) ? name : PREFIX + name, threshold: level }
      }),
    ),
    safetySettings(),
  ),
)
const PREFIX = 'HARM_CATEGORY_'

/** One setting for each category; a later one overrides an earlier one. */
export function mergeSafety(...lists: readonly (readonly SafetySetting[])[]): SafetySetting[] {
  const all = lists.flat()
  if (all.length < 2) return all
  const byCategory = new Map(all.map((setting) => [setting.category, setting]))
  return [...byCategory.values()]
}

/** By number. Up to 6 as Vertex AI counts; from 7 as the Gemini API does, where lower ones mean nothing to Gemini. */
const NUMBERED = [
  undefined,
  'HARM_CATEGORY_HATE_SPEECH',
  'HARM_CATEGORY_DANGEROUS_CONTENT',
  'HARM_CATEGORY_HARASSMENT',
  'HARM_CATEGORY_SEXUALLY_EXPLICIT',
  'HARM_CATEGORY_CIVIC_INTEGRITY',
  'HARM_CATEGORY_JAILBREAK',
  'HARM_CATEGORY_HARASSMENT',
  'HARM_CATEGORY_HATE_SPEECH',
  'HARM_CATEGORY_SEXUALLY_EXPLICIT',
  'HARM_CATEGORY_DANGEROUS_CONTENT',
  'HARM_CATEGORY_CIVIC_INTEGRITY',
] as const

/** The name of a category that a client wrote in small letters or as a number. */
export function categoryNamed(written: unknown): string | undefined {
  return typeof written === 'number' ? NUMBERED[written] : String(written).toUpperCase()
}

/** Whether the upstream reads the number as it was meant (docs/google.md: Safety settings). */
export function countsAlike(number: number, upstream: Upstream): boolean {
  return number > 6 === (upstream === 'gemini-api')
}

const ON_VERTEX_ONLY: ReadonlySet<string> = new Set(VERTEX_CATEGORIES)

export function isForVertexOnly({ category }: SafetySetting): boolean {
  return ON_VERTEX_ONLY.has(category)
}
