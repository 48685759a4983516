import { wordOf } from '../../failure/check.ts'
import * as v from 'valibot'
import { USER_SORTS } from '../../wire/users.ts'
import { dryRun, wholeNumber } from './query.ts'
import { USER_ID } from './user-id.ts'
import { lazy } from '../../lazy.ts'

/** What the query strings of admin acts may hold. */

const MAX_USERS = 100
const SEARCH = 'must be part of a label or the beginning of an id'
export const usersQuery = lazy(() =>
  v.strictObject({
    q: v.optional(v.pipe(v.string(), v.trim(), v.nonEmpty(SEARCH), v.maxLength(100, SEARCH))),
    sort: v.optional(wordOf(USER_SORTS), 'id'),
    offset: v.optional(wholeNumber(0, 1_000_000), '0'),
    after: v.optional(v.pipe(v.string(), v.regex(USER_ID, "must be a user's id")), undefined),
    limit: v.optional(wholeNumber(1, MAX_USERS), String(MAX_USERS)),
  }),
)

/** Enough for a whole team: the page asks for its overview in one request. */
const MAX_OVERVIEW = 1000
export const overviewQuery = lazy(() =>
  v.strictObject({
    ...usersQuery().entries,
    sort: v.optional(usersQuery().entries.sort.wrapped, 'trouble'),
    limit: v.optional(wholeNumber(1, MAX_OVERVIEW), String(MAX_OVERVIEW)),
  }),
)

export type UsersQuery = v.InferOutput<ReturnType<typeof usersQuery>>

const MAX_LINES = 500
export const auditQuery = lazy(() =>
  v.strictObject({
    after: v.optional(wholeNumber(0, Number.MAX_SAFE_INTEGER), '0'),
    limit: v.optional(wholeNumber(1, MAX_LINES), '100'),
  }),
)

export const additionQuery = lazy(() => v.strictObject({ dry_run: dryRun() }))
