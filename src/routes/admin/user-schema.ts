import { wordOf } from '../../failure/check.ts'
import * as v from 'valibot'
import { REASONING_FORMATS } from '../../gemini/reasoning.ts'
import { safetySettings } from '../../gemini/safety.ts'
import { isPrefix } from '../../gemini/media/owned-uris.ts'
import { MAX_MEDIA_URIS, MODES } from '../../objects/config/user-settings.ts'

import { definedOf } from './defined.ts'
import { ending } from './instants.ts'
import { isPrintable, PRINTABLE } from './printable.ts'
import { chosenKey } from './key-schema.ts'
import { aliases, fallbacks, models } from './model-names.ts'
import { lazy } from '../../lazy.ts'

/**
 * Shapes of what admins send about users. Each message says what was expected; failure/issue.ts builds the sentence
 * around it.
 */

export const label = lazy(() =>
  v.nullable(
    v.pipe(
      v.string('a string'),
      v.trim(),
      v.maxLength(100, 'must have at most 100 characters'),
      v.check(isPrintable, PRINTABLE),
      v.transform((text) => (text === '' ? null : text)),
    ),
  ),
)

const boolean = lazy(() => v.boolean('a boolean'))

const limit = lazy(() =>
  v.optional(
    v.nullable(
      v.pipe(
        v.number('a whole number, or null'),
        v.integer('a whole number, or null'),
        v.minValue(0, 'must not be negative'),
        v.maxValue(Number.MAX_SAFE_INTEGER, 'is too large'),
      ),
    ),
  ),
)

/** A budget, rounded to a millionth of a dollar. */
const dollars = lazy(() =>
  v.optional(
    v.nullable(
      v.pipe(
        v.number('a number of dollars, or null'),
        v.minValue(0, 'must not be negative'),
        v.maxValue(1e6, 'must be at most 1000000 dollars'),
        v.transform((value) => Math.round(value * 1e6) / 1e6),
      ),
    ),
  ),
)

const limits = lazy(() =>
  v.strictObject({
    max_concurrency: limit(),
    requests_per_minute: limit(),
    tokens_per_minute: limit(),
    requests_per_day: limit(),
    tokens_per_day: limit(),
    total_tokens: limit(),
    usd_per_day: dollars(),
    usd_per_month: dollars(),
    usd_total: dollars(),
  }),
)

/** The name of a bucket alone stands for everything in it. */
const mediaUris = lazy(() =>
  v.pipe(
    v.array(
      v.pipe(
        v.string('a string'),
        v.transform((uri) => (/^gs:\/\/[^/]+$/.test(uri) ? `${uri}/` : uri)),
        v.check(
          isPrefix,
          'must be what addresses begin with, such as gs://bucket/folder/, https://generativelanguage.googleapis.com/v1beta/files/ or projects/my-project/',
        ),
      ),
      'an array of what addresses begin with',
    ),
    v.maxLength(MAX_MEDIA_URIS, `must have at most ${MAX_MEDIA_URIS} addresses`),
  ),
)

export const settings = lazy(() => ({
  label: v.optional(label()),
  plan: v.optional(
    v.nullable(v.pipe(v.string('a name, or null'), v.maxLength(64, 'must be the name of a plan'))),
  ),
  mode: v.optional(wordOf(MODES)),
  affinity: v.optional(boolean()),
  disabled: v.optional(boolean()),
  expires_at: v.optional(ending()),
  models: v.optional(models()),
  aliases: v.optional(aliases()),
  fallbacks: v.optional(fallbacks()),
  limits: v.optional(limits()),
  reasoning_format: v.optional(v.nullable(wordOf(REASONING_FORMATS))),
  safety_settings: v.optional(safetySettings()),
  store_responses: v.optional(boolean()),
  media_uris: v.optional(mediaUris()),
}))

export const userPatch = lazy(() => v.strictObject(settings()))
export const userCreation = lazy(() =>
  v.strictObject({ apiKey: v.optional(chosenKey()), ...settings() }),
)

/** In the object's words. A field that was not sent is not changed. */
export function toSettings(given: v.InferOutput<ReturnType<typeof userPatch>>) {
  const { expires_at: expiresAt, limits, ...others } = given
  const {
    reasoning_format: reasoningFormat,
    safety_settings: safetySettings,
    store_responses: storeResponses,
    media_uris: uris,
    ...same
  } = others
  const renamed = { expiresAt, reasoningFormat, safetySettings, storeResponses, mediaUris: uris }
  return definedOf({ ...same, ...renamed, limits: limits && toLimits(limits) })
}

function toLimits(given: v.InferOutput<ReturnType<typeof limits>>) {
  return definedOf({
    maxConcurrency: given.max_concurrency,
    requestsPerMinute: given.requests_per_minute,
    tokensPerMinute: given.tokens_per_minute,
    requestsPerDay: given.requests_per_day,
    tokensPerDay: given.tokens_per_day,
    totalTokens: given.total_tokens,
    usdPerDay: given.usd_per_day,
    usdPerMonth: given.usd_per_month,
    usdTotal: given.usd_total,
  })
}
