import * as v from 'valibot'
import { planBody } from '../src/routes/admin/plan-schema.ts'
import { pricesBody } from '../src/routes/admin/price-schema.ts'
import { auditQuery, usersQuery } from '../src/routes/admin/query-schema.ts'
import { userCreation, userPatch } from '../src/routes/admin/user-schema.ts'
import { pinBody } from '../src/routes/admin/act-schemas.ts'
import { keyReplacement } from '../src/routes/admin/key-schema.ts'
import { answers } from './answers.ts'
import { ok, type Operations } from './operation.ts'
import { UNCHANGED } from './usage.ts'

const theUser = ok('The user as it is now', answers.user)

export const users: Operations = {
  'POST /v1/config/users': {
    who: 'admin',
    summary: 'Create a user, and the key unless one is chosen',
    body: userCreation(),
    answers: { 201: { description: 'The new user', schema: answers.userCreated } },
  },
  'GET /v1/config/users': {
    who: 'admin',
    summary: 'List users, in pages',
    query: usersQuery(),
    answers: { ...ok('A page of users', answers.users), ...UNCHANGED },
  },
  'GET /v1/config/prices': {
    who: 'admin',
    summary: 'The list of prices, and what goes before it',
    answers: ok('Dollars for a million tokens', answers.prices),
  },
  'PUT /v1/config/prices': {
    who: 'admin',
    summary: 'Set prices that go before the list, all of them; for attempts that end from now on',
    body: pricesBody(),
    answers: ok('Dollars for a million tokens', answers.prices),
  },
  'GET /v1/config/plans': {
    who: 'admin',
    summary: 'All plans: settings and limits that many users share',
    answers: ok('By name', answers.plans),
  },
  'GET /v1/config/plans/{name}': {
    who: 'admin',
    summary: 'Read a plan',
    answers: ok('The plan, and how many users have it', answers.plan),
  },
  'PUT /v1/config/plans/{name}': {
    who: 'admin',
    summary: 'Make or change a plan, all of it; for everybody who has it',
    body: planBody(),
    answers: ok('The plan as it is now', answers.plan),
  },
  'DELETE /v1/config/plans/{name}': {
    who: 'admin',
    summary: 'Delete a plan that nobody has',
    answers: ok('It is deleted', answers.planDeleted),
  },
  'GET /v1/config/users/{id}': { who: 'admin', summary: 'Read a user', answers: theUser },
  'PATCH /v1/config/users/{id}': {
    who: 'admin',
    summary: 'Change settings of a user; what is not named stays as it is',
    body: userPatch(),
    answers: theUser,
  },
  'DELETE /v1/config/users/{id}': {
    who: 'admin',
    summary: 'Delete a user, for good; a tombstone and the audit stay',
    answers: ok('It is deleted', answers.userDeleted),
  },
  'GET /v1/config/users/{id}/export': {
    who: 'admin',
    summary: 'The user as a sealed bundle',
    answers: ok('A bundle for /v1/config/import', answers.bundle),
  },
  'GET /v1/config/users/{id}/audit': {
    who: 'admin',
    summary: 'Who did what, oldest first, and whether the chain of hashes holds',
    description:
      'A line’s hash is SHA-256 over the JSON of its other fields, in their order and without blanks; `prev` is the hash of the line before.',
    query: auditQuery(),
    answers: ok('A page of the audit', answers.audit),
  },
  'POST /v1/config/users/{id}/key': {
    who: 'admin',
    summary: 'Mint a new key for a user; the one before works for a while yet',
    body: keyReplacement(),
    answers: ok('The new key, shown this once', answers.keyReplaced),
  },
  'POST /v1/config/users/{id}/pin': {
    who: 'admin',
    summary: 'Let only one credential serve, until then',
    body: pinBody(),
    answers: theUser,
  },
  'DELETE /v1/config/users/{id}/pin': {
    who: 'admin',
    summary: 'Let all credentials serve again',
    answers: theUser,
  },
}

/** For routes that take a user in the query string. A user's own key needs no name. */
export const userQuery = v.strictObject({
  user: v.optional(v.pipe(v.string(), v.description('A user’s id; with the master key only'))),
})
