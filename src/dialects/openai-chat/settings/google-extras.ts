/**
 * Gemini's own fields in an OpenAI request (docs/google.md: Thinking; docs/clients.md: Fields). openai-python merges
 * `extra_body` into the root, so a client that follows Google's documentation sends a literal `extra_body.google`;
 * others send `google`, and some write the fields at the root. All three are read; the most deeply nested one takes
 * precedence. Unknown fields are not passed on, since Google refuses a whole request for one unknown name.
 */
import * as v from 'valibot'
import { safetySettings } from '../../../gemini/safety.ts'
import { THINKING_LEVELS } from '../../../gemini/models/traits.ts'
import { cacheName } from '../../cached-content.ts'
import { IMAGE, imageConfig } from '../../image-config.ts'
import { speechConfig } from '../../speech-config.ts'
import { bothCases, inAllPlaces, inCamelCase, namesOf, reading } from '../../spellings.ts'
import type { Reading } from '../../unread-fields.ts'
import { boolean, integer, upperCaseOf } from '../../words.ts'
import { lazy } from '../../../lazy.ts'

const INT32_MAX = 2 ** 31 - 1

/** -1: the model decides. 0: no thinking. */
export const thinkingBudget = lazy(() =>
  v.pipe(
    integer(),
    v.minValue(-1, 'must not be below -1'),
    v.maxValue(INT32_MAX, `must not be above ${INT32_MAX}`),
  ),
)

const THINKING = lazy(() => ({
  thinkingBudget: v.nullish(thinkingBudget()),
  thinkingLevel: v.nullish(upperCaseOf(THINKING_LEVELS)),
  includeThoughts: v.nullish(boolean()),
}))
const thinkingConfig = lazy(() =>
  v.pipe(
    bothCases(THINKING()),
    v.check(
      (config) => config.thinkingBudget === undefined || config.thinkingLevel === undefined,
      'must have a budget or a level, not both',
    ),
  ),
)

const CONFIG = lazy(() => ({
  thinkingConfig: v.nullish(thinkingConfig()),
  imageConfig: v.nullish(imageConfig()),
  speechConfig: v.nullish(speechConfig()),
  responseModalities: v.nullish(
    v.array(upperCaseOf(['TEXT', 'IMAGE', 'AUDIO']), 'an array of modalities'),
  ),
  mediaResolution: v.nullish(
    upperCaseOf(['MEDIA_RESOLUTION_LOW', 'MEDIA_RESOLUTION_MEDIUM', 'MEDIA_RESOLUTION_HIGH']),
  ),
}))

const GOOGLE = lazy(() => ({
  ...CONFIG(),
  generationConfig: v.nullish(bothCases(CONFIG())),
  safetySettings: v.nullish(safetySettings()),
  cachedContent: cacheName(),
}))

const GOOGLE_NAMES = lazy(() => namesOf(GOOGLE()))

const CONFIG_WITHIN: Readonly<Record<string, () => Reading>> = {
  thinkingConfig: lazy(() => reading(THINKING())),
  imageConfig: lazy(() => reading(IMAGE())),
}
const CONFIG_READING = lazy(() => reading(CONFIG(), CONFIG_WITHIN))
export const GOOGLE_READING = lazy(() =>
  reading(GOOGLE(), { ...CONFIG_WITHIN, generationConfig: CONFIG_READING }),
)

export const googleEntries = lazy(() => inAllPlaces(GOOGLE()))

const googleFields = lazy(() => v.object(googleEntries()))
const googleExtras = lazy(() => bothCases(GOOGLE()))
/** Gemini's fields that the request holds, each once. */
export type GoogleExtras = Omit<v.InferOutput<ReturnType<typeof googleExtras>>, 'generationConfig'>

export function googleExtrasOf(chat: v.InferOutput<ReturnType<typeof googleFields>>): GoogleExtras {
  const atRoot = flat(inCamelCase<ReturnType<typeof GOOGLE>>(GOOGLE_NAMES(), chat))
  const nested = chat.extra_body?.google
  if (!chat.google && !nested) return atRoot
  return { ...atRoot, ...flat(chat.google ?? {}), ...flat(nested ?? {}) }
}

function flat(extras: v.InferOutput<ReturnType<typeof googleExtras>>): GoogleExtras {
  if (!extras.generationConfig) return extras
  const { generationConfig, ...fields } = extras
  return { ...generationConfig, ...fields }
}
