import * as v from 'valibot'
import { USER_ID } from './user-id.ts'

/** Shapes of requests for recovery. A page begins after the `next` of the page before. */

const place = v.optional(v.nullable(v.string('a string')), null)

export const restoreBody = v.strictObject({ cursor: place })
/**
 * A malformed place would look like the end of the list, and so as if everything were resealed and the old key could
 * go.
 */
const user = v.nullable(v.pipe(v.string('a string'), v.regex(USER_ID, "must be a user's id")))
export const resealBody = v.strictObject({ after: v.optional(user, null) })
export const importBody = v.strictObject({ bundle: v.record(v.string(), v.unknown(), 'an object') })
