import * as v from 'valibot'
import { dryRun, wholeNumber } from './query.ts'
import { USER_ID } from './user-id.ts'

/** What the query strings of admin acts may say. */

const MAX_USERS = 100
export const usersQuery = v.strictObject({
  after: v.optional(v.pipe(v.string(), v.regex(USER_ID, "must be a user's id")), undefined),
  limit: v.optional(wholeNumber(1, MAX_USERS), String(MAX_USERS)),
})

const MAX_LINES = 500
export const auditQuery = v.strictObject({
  after: v.optional(wholeNumber(0, Number.MAX_SAFE_INTEGER), '0'),
  limit: v.optional(wholeNumber(1, MAX_LINES), '100'),
})

export const additionQuery = v.strictObject({ dry_run: dryRun })
