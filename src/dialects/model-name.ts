import * as v from 'valibot'
import { stripModelPrefix } from '../gemini/models/find-model.ts'
import { string } from './words.ts'
import { lazy } from '../lazy.ts'

const MAX_LENGTH = 128
/**
 * The name becomes part of an upstream's URL, so it may only be words between slashes, each beginning with a letter
 * or digit.
 */
const MODEL_ID = /^[A-Za-z0-9][\w.:@-]*(?:\/[A-Za-z0-9][\w.:@-]*)*$/

/** A model's name from a client, without prefixes such as `models/`. */
export const modelName = lazy(() =>
  v.pipe(
    string(),
    v.transform(stripModelPrefix),
    v.maxLength(MAX_LENGTH, `must not be longer than ${MAX_LENGTH} characters`),
    v.excludes('..', 'must not contain ".."'),
    v.regex(MODEL_ID, 'must be a model id such as gemini-2.5-flash'),
  ),
)
