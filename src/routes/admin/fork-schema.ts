import * as v from 'valibot'
import { lazy } from '../../lazy.ts'

/**
 * Either an object of values by key, or a list of `{key, value}`. Each line is checked alone, so that a bad line does
 * not reject the others.
 */
export const forkBody = lazy(() => v.looseObject({}))

const count = lazy(() => v.fallback(v.pipe(v.number(), v.safeInteger(), v.minValue(0)), 0))

/** What the fork stored for a user. Malformed counts become 0, since they are only informative. */
export const forkUser = lazy(() =>
  v.object({
    gcpServiceAccounts: v.pipe(
      v.array(v.unknown(), 'an array of credentials'),
      v.maxLength(100, 'must have at most 100 credentials'),
    ),
    currentCredentialIndex: v.optional(count(), 0),
    requestCounts: v.optional(v.fallback(v.array(count()), []), []),
    totalRequests: v.optional(count(), 0),
  }),
)

export type ForkUser = v.InferOutput<ReturnType<typeof forkUser>>
