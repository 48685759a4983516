import * as v from 'valibot'
import { hasMintedForm } from '../../gateway/minted-key.ts'
import { lazy } from '../../lazy.ts'

/** A shorter key could be guessed. A longer one may not fit into a header. */
const MIN_KEY_CHARS = 8
const MAX_KEY_CHARS = 256

export const apiKey = lazy(() =>
  v.pipe(
    v.string('a string'),
    v.minLength(MIN_KEY_CHARS, `must have at least ${MIN_KEY_CHARS} characters`),
    v.maxLength(MAX_KEY_CHARS, `must have at most ${MAX_KEY_CHARS} characters`),
    v.regex(/^[\x21-\x7e]+$/, 'must be of printable ASCII without spaces'),
  ),
)

/** A chosen key must not look like a minted one. */
export const chosenKey = lazy(() =>
  v.pipe(
    apiKey(),
    v.check(
      (key) => !hasMintedForm(key),
      'has the form of a minted key; leave it out and one is minted, or choose another',
    ),
  ),
)

const DAY_SECONDS = 86_400
const MAX_GRACE_SECONDS = 30 * DAY_SECONDS
const graceRange = `must be between 0 and ${MAX_GRACE_SECONDS}`

export const keyReplacement = lazy(() =>
  v.strictObject({
    grace_seconds: v.optional(
      v.pipe(
        v.number('a whole number'),
        v.integer('a whole number'),
        v.minValue(0, graceRange),
        v.maxValue(MAX_GRACE_SECONDS, graceRange),
      ),
      DAY_SECONDS,
    ),
  }),
)
