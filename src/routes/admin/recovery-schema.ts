import * as v from 'valibot'
import { USER_ID } from './user-id.ts'
import { lazy } from '../../lazy.ts'

/** Shapes of requests for recovery. A page begins after the `next` of the page before. */

const place = lazy(() => v.optional(v.nullable(v.string('a string')), null))

export const restoreBody = lazy(() => v.strictObject({ cursor: place() }))
/**
 * A malformed place would look like the end of the list, and so as if everything were resealed and the old key could
 * go.
 */
const user = lazy(() =>
  v.nullable(v.pipe(v.string('a string'), v.regex(USER_ID, "must be a user's id"))),
)
export const resealBody = lazy(() => v.strictObject({ after: v.optional(user(), null) }))
export const importBody = lazy(() =>
  v.strictObject({ bundle: v.record(v.string(), v.unknown(), 'an object') }),
)
