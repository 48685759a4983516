import { jsonResponse } from '../../json/json-response.ts'
import { userIdOf } from '../../gateway/authenticate.ts'
import { callFiles, callResponses, callUser } from '../../gateway/object-calls.ts'
import { persistently } from '../../persistently.ts'
import type { Failure } from '../../failure/failure.ts'
import type { UserDescription } from '../../wire/user.ts'
import type { CreateResult } from '../../objects/rpc-results.ts'
import type { SettingsChange } from '../../objects/config/user-settings.ts'
import { conditional } from '../../http/conditional.ts'
import { planProblem } from './plans.ts'
import { readBody } from './body.ts'
import { type UsersQuery, usersQuery } from './query-schema.ts'
import { register } from './register.ts'
import { TOTALS_NAME } from '../../objects/totals.ts'
import type { Listed, ListQuery } from '../../objects/totals/listing.ts'
import { VERSION } from '../../version.ts'
import type { UserList } from '../../wire/users.ts'
import type { Call, Reply } from '../call.ts'
import { readQuery } from './query.ts'
import { USER_ID, userNotFound } from './user-id.ts'
import { isMasterKey, mint, newUserId } from './user-key.ts'
import { toSettings, userCreation, userPatch } from './user-schema.ts'
import { pinBody } from './act-schemas.ts'

/**
 * POST /v1/config/users: creates a user, and mints a key unless the admin chose one. A minted key is shown only in
 * this answer.
 */
export async function createUser(call: Call): Promise<Reply> {
  const body = await readBody(call, userCreation())
  if (!body.ok) return body.failure
  const { apiKey: chosen, ...settings } = body.value
  const problem = await planProblem(call.env, settings.plan)
  if (problem !== null) return problem
  const id = chosen === undefined ? await newUserId(call.by) : await userIdOf(chosen)
  if (chosen !== undefined && (await isMasterKey(call.env, chosen))) return MASTER_AS_USER
  const minted = chosen === undefined ? await mint(call.env, id) : null
  if (minted !== null && 'reason' in minted) return minted
  const created = await callUser<CreateResult>(call.env, id, (user) =>
    user.create(toSettings(settings), minted?.known ?? null, call.by),
  )
  // Also done for a user who exists already: an earlier attempt may have failed after the user was created.
  await register(call.env, id)
  if (!created.ok) return refusal(created.reason)
  const { plan } = created.user
  const made = plan === null ? created.user : await described(call.env, id, created.user)
  const shown = minted === null ? {} : { apiKey: minted.apiKey }
  return jsonResponse({ status: 'ok', user: made, ...shown }, { status: 201 })
}

/** GET /v1/config/users */
export async function listUsers(call: Call): Promise<Reply> {
  const query = readQuery(call, usersQuery())
  if (!query.ok) return query.failure
  const list: UserList = await usersBy(call.env, query.value)
  return conditional(call.request, list)
}

/** A page of users, and the query string of the next page. */
export async function usersBy(env: Env, asked: UsersQuery): Promise<UserList> {
  const query = toListQuery(asked)
  const listed = await persistently(() => env.TOTALS.getByName(TOTALS_NAME).list(query))
  const { users, total } = listed
  const next = nextPage(query, listed)
  return { status: 'ok', now: new Date().toISOString(), version: VERSION, users, total, next }
}

export function toListQuery({ q, sort, after, offset, limit }: UsersQuery): ListQuery {
  return { q: q ?? null, sort, after: after ?? null, offset, limit }
}

/** Without the limit, which clients send with each page. */
export function nextPage(
  { q, sort, offset, limit }: ListQuery,
  { users, total }: Listed,
): string | null {
  const last = users.at(-1)?.user
  const isLast = sort === 'id' ? users.length < limit : offset + users.length >= total
  if (isLast || last === undefined) return null
  const query = new URLSearchParams(q === null ? {} : { q })
  if (sort === 'id') query.set('after', last)
  else {
    query.set('sort', sort)
    query.set('offset', String(offset + limit))
  }
  return `?${query.toString()}`
}

/** GET /v1/config/users/{id} */
export async function getUser({ env, params }: Call): Promise<Reply> {
  return onUser(params, (id) =>
    callUser<UserDescription | null>(env, id, (user) => user.describe()),
  )
}

/** PATCH /v1/config/users/{id} */
export async function patchUser(call: Call): Promise<Reply> {
  const body = await readBody(call, userPatch())
  if (!body.ok) return body.failure
  const problem = await planProblem(call.env, body.value.plan)
  return problem ?? configure(call, toSettings(body.value))
}

/** DELETE /v1/config/users/{id}: for good. The key is refused from the very next request on. */
export async function deleteUser({ env, params, by }: Call): Promise<Reply> {
  const id = params['id'] ?? ''
  if (!USER_ID.test(id)) return userNotFound('id')
  const buried = await callUser<boolean>(env, id, (user) => user.bury(by))
  if (buried) {
    await callResponses<void>(env, id, (responses) => responses.clear())
    await callFiles<void>(env, id, (files) => files.clear())
  }
  // Also done if the user's object holds no user: an earlier attempt may have failed after it was emptied.
  await register(env, id)
  if (!buried) return userNotFound('id')
  return jsonResponse({ status: 'ok', deleted: true, user: id })
}

/** POST /v1/config/users/{id}/pin: until the given time, only this credential serves. */
export async function pinRing(call: Call): Promise<Reply> {
  const body = await readBody(call, pinBody())
  if (!body.ok) return body.failure
  const { credential, until } = body.value
  const id = call.params['id'] ?? ''
  if (!USER_ID.test(id)) return userNotFound('id')
  const user = await callUser<UserDescription | null>(call.env, id, (object) =>
    object.pin(credential, until, call.by),
  )
  if (user !== null) return jsonResponse({ status: 'ok', user })
  const known = await callUser<UserDescription | null>(call.env, id, (object) => object.describe())
  return known === null ? userNotFound('id') : CREDENTIAL_NOT_FOUND
}

/** DELETE /v1/config/users/{id}/pin */
export async function unpinRing(call: Call): Promise<Reply> {
  return configure(call, { pin: null })
}

function configure(call: Call, change: SettingsChange): Promise<Reply> {
  return onUser(call.params, async (id) => {
    const user = await callUser<UserDescription | null>(call.env, id, (object) =>
      object.configure(change, call.by),
    )
    if (user === null) return null
    await register(call.env, id)
    return typeof change.plan === 'string' ? described(call.env, id, user) : user
  })
}

/** The user again, now that the directory has told the object what its plan contains. */
async function described(env: Env, id: string, before: UserDescription): Promise<UserDescription> {
  const user = await callUser<UserDescription | null>(env, id, (object) => object.describe())
  return user ?? before
}

async function onUser(
  params: Call['params'],
  act: (id: string) => Promise<UserDescription | null>,
): Promise<Reply> {
  const id = params['id'] ?? ''
  const user = USER_ID.test(id) ? await act(id) : null
  return user === null ? userNotFound('id') : jsonResponse({ status: 'ok', user })
}

function refusal(reason: Extract<CreateResult, { ok: false }>['reason']): Failure {
  return reason === 'user_exists' ? USER_EXISTS : USER_DELETED
}

const USER_EXISTS: Failure = {
  reason: 'user_exists',
  message: 'There is a user with this API key already; change it with PATCH /v1/config/users/{id}.',
  param: 'apiKey',
}

export const USER_DELETED: Failure = {
  reason: 'user_deleted',
  message: 'The user with this API key was deleted, for good; use another key.',
  param: 'apiKey',
}

export const MASTER_AS_USER: Failure = {
  reason: 'invalid_value',
  message: "Invalid value for 'apiKey': this is the master key, which cannot be a user's.",
  param: 'apiKey',
}

export const CREDENTIAL_NOT_FOUND: Failure = {
  reason: 'credential_not_found',
  message: "There is no credential of this id in the user's ring.",
  param: 'credential',
}
