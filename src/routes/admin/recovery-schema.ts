import * as v from 'valibot'
import { USER_ID } from './user-id.ts'

/** The shapes of what recovery is asked for; a page begins after what the one before answered as `next`. */

const place = v.optional(v.nullable(v.string('a string')), null)

export const restoreBody = v.strictObject({ cursor: place })
/** A place that is none would look like the end: everything resealed, and the old key may go. */
const user = v.nullable(v.pipe(v.string('a string'), v.regex(USER_ID, "must be a user's id")))
export const resealBody = v.strictObject({ after: v.optional(user, null) })
export const importBody = v.strictObject({ bundle: v.record(v.string(), v.unknown(), 'an object') })
