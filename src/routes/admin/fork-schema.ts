import * as v from 'valibot'

/** An object of values by key, or a list of `{key, value}`; each line is checked by itself, so that one that is bad loses no other. */
export const forkBody = v.looseObject({})

const count = v.fallback(v.pipe(v.number(), v.safeInteger(), v.minValue(0)), 0)

/** What the fork kept of a user. Counts that are none are taken for 0: they are a note. */
export const forkUser = v.object({
  gcpServiceAccounts: v.pipe(
    v.array(v.unknown(), 'an array of credentials'),
    v.maxLength(100, 'must have at most 100 credentials'),
  ),
  currentCredentialIndex: v.optional(count, 0),
  requestCounts: v.optional(v.fallback(v.array(count), []), []),
  totalRequests: v.optional(count, 0),
})

export type ForkUser = v.InferOutput<typeof forkUser>
