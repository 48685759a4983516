/** A picture's format in Gemini's own words, as chats and images take it (docs/google.md: Generation settings). */
import * as v from 'valibot'
import { ASPECT_RATIOS } from '../gemini/media/aspect-ratios.ts'
import { present } from '../json/record.ts'
import { lazy } from '../lazy.ts'
import { bothCases } from './spellings.ts'
import { upperCaseOf } from './words.ts'

export const IMAGE_SIZES = ['512', '1K', '2K', '4K'] as const

export const IMAGE = lazy(() => ({
  aspectRatio: v.nullish(upperCaseOf(ASPECT_RATIOS)),
  imageSize: v.nullish(upperCaseOf(IMAGE_SIZES)),
}))

export const imageConfig = lazy(() => v.pipe(bothCases(IMAGE()), v.transform(present)))
