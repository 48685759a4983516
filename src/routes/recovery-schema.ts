import * as v from 'valibot'

/** The shapes of what recovery is asked for; a page begins after what the one before answered as `next`. */

const place = v.optional(v.nullable(v.string('a string')), null)

export const restoreBody = v.strictObject({ cursor: place })
export const resealBody = v.strictObject({ after: place })
export const importBody = v.strictObject({ bundle: v.record(v.string(), v.unknown(), 'an object') })
