import { jsonResponse } from '../../json/json-response.ts'
import { sha256Hex } from '../../bytes/sha256.ts'
import { VAULT_CLOSED } from '../../gateway/failure-of.ts'
import { callResponses, callUser } from '../../gateway/object-calls.ts'
import { persistently } from '../../persistently.ts'
import type { Failure } from '../../failure/failure.ts'
import { DIRECTORY_NAME } from '../../objects/directory.ts'
import type { ResealResult } from '../../objects/recovery/reseal.ts'
import { SNAPSHOT_PREFIX, parseSnapshot, snapshotKey } from '../../objects/recovery/snapshot.ts'
import type { RestoreResult } from '../../objects/rpc-results.ts'
import { readBody } from './body.ts'
import type { Call, Reply } from '../call.ts'
import { importBody, resealBody, restoreBody } from './recovery-schema.ts'
import { planProblem } from './plans.ts'
import { register } from './register.ts'
import { restoreShared } from './restore-shared.ts'
import { USER_ID, userNotFound } from './user-id.ts'

/**
 * Users a page. Cloudflare's free plan allows a request 50 calls: five for the key, the Idempotency-Key and the list,
 * and three for each user. The first page of a restore has two calls more, and one user less.
 */
const PAGE = 15

/**
 * POST /v1/config/restore: recreates users from the snapshots in KV if their objects lost their storage, one page at
 * a time.
 */
export async function restoreUsers(call: Call): Promise<Reply> {
  const body = await readBody(call, restoreBody())
  if (!body.ok) return body.failure
  const { SNAPSHOTS } = call.env
  const { cursor: place } = body.value
  const cursor = place === null ? null : await cursorAt(place)
  if (place !== null && cursor === null) return NO_PLACE
  if (place === null) await restoreShared(call)
  const listed = await SNAPSHOTS.list({
    prefix: SNAPSHOT_PREFIX,
    limit: place === null ? PAGE - 1 : PAGE,
    cursor,
  })
  const results: Record<RestoreResult, string[]> = {
    restored: [],
    deleted: [],
    kept: [],
    unreadable: [],
  }
  // In parallel, since users do not depend on each other: a page takes no longer than its slowest user.
  const restored = await Promise.all(
    listed.keys.map(async ({ name }) => {
      const userId = name.slice(SNAPSHOT_PREFIX.length)
      const source = USER_ID.test(userId) ? await SNAPSHOTS.get(name) : null
      const result =
        source === null ? 'unreadable' : await restore(call, userId, source, 'user.restored')
      return { userId, result }
    }),
  )
  for (const { userId, result } of restored) results[result].push(userId)
  const next = listed.list_complete ? null : await placeOf(listed.cursor)
  return jsonResponse({ status: 'ok', ...results, next })
}

/**
 * KV takes whatever it does not know as a cursor for the end of the list, and a restore would look complete. So the
 * place of the next page has check digits.
 */
async function placeOf(cursor: string): Promise<string> {
  return `${cursor}.${(await sha256Hex(`restore ${cursor}`)).slice(0, 8)}`
}

async function cursorAt(place: string): Promise<string | null> {
  const cursor = place.slice(0, Math.max(0, place.lastIndexOf('.')))
  return cursor !== '' && (await placeOf(cursor)) === place ? cursor : null
}

const NO_PLACE: Failure = {
  reason: 'invalid_value',
  message: "Invalid value for 'cursor': must be the `next` of the page before.",
  param: 'cursor',
}

/**
 * GET /v1/config/users/{id}/export: the user as a sealed bundle. Only a gateway with the same VAULT_KEY can open it.
 */
export async function exportUser({ env, params, by }: Call): Promise<Reply> {
  const id = params['id'] ?? ''
  const bundle = USER_ID.test(id)
    ? await callUser<string | null>(env, id, (user) => user.exported(by))
    : null
  return bundle === null
    ? userNotFound('id')
    : new Response(bundle, { headers: { 'content-type': 'application/json' } })
}

/** POST /v1/config/import: creates the user of a bundle, unless that id is in use. */
export async function importUser(call: Call): Promise<Reply> {
  const body = await readBody(call, importBody())
  if (!body.ok) return body.failure
  const source = JSON.stringify(body.value.bundle)
  const snapshot = parseSnapshot(source)
  if (snapshot === null || snapshot.deleted) return UNREADABLE
  const { maxCredentials } = call.settings
  if (snapshot.credentials.length > maxCredentials) return tooMany(maxCredentials)
  // Nobody would know what the plan contains, and its limits would not hold.
  const problem = await planProblem(call.env, snapshot.settings.plan)
  if (problem !== null) return { ...problem, ...NO_PLAN }
  // The object may have lost its tombstone or a newer state, but KV remembers both.
  const kept = await call.env.SNAPSHOTS.get(snapshotKey(snapshot.user_id))
  const last = kept === null ? null : parseSnapshot(kept)
  if (last !== null && (last.deleted || last.version > snapshot.version)) return EXISTS
  const result = await restore(call, snapshot.user_id, source, 'user.imported')
  if (result === 'unreadable') return UNREADABLE
  if (result !== 'restored') return EXISTS
  const { user_id: id } = snapshot
  const unreadable = await callUser<number | null>(call.env, id, (user) => user.unreadable())
  if (unreadable === null) return VAULT_CLOSED
  return jsonResponse({ status: 'ok', result, user: id, unreadable })
}

/** POST /v1/config/reseal: seals all secrets anew with the first key of VAULT_KEY, one page of users at a time. */
export async function resealUsers(call: Call): Promise<Reply> {
  const body = await readBody(call, resealBody())
  if (!body.ok) return body.failure
  const { env } = call
  const users = await env.DIRECTORY.getByName(DIRECTORY_NAME).list(body.value.after ?? '', PAGE)
  let [resealed, unreadable] = [0, 0]
  for (const { user } of users) {
    const result = await callUser<ResealResult>(env, user, (object) => object.reseal(call.by))
    if (!result.ok) return VAULT_CLOSED
    const key = await callResponses(env, user, (responses) => responses.reseal())
    resealed += result.resealed + (key === 'resealed' ? 1 : 0)
    unreadable += result.unreadable + (key === 'unreadable' ? 1 : 0)
  }
  const next = users.length === PAGE ? (users.at(-1)?.user ?? null) : null
  if (next === null) await persistently(() => env.DIRECTORY.getByName(DIRECTORY_NAME).resealed())
  return jsonResponse({ status: 'ok', users: users.length, resealed, unreadable, next })
}

async function restore(
  { env, by }: Call,
  userId: string,
  source: string,
  how: 'user.restored' | 'user.imported',
): Promise<RestoreResult> {
  const result = await callUser<RestoreResult>(env, userId, (user) => user.restore(source, how, by))
  if (result === 'restored' || result === 'kept') await register(env, userId)
  return result
}

const NO_PLAN = {
  message:
    "Invalid value for 'bundle.settings.plan': there is no plan of this name here; PUT /v1/config/plans/{name} makes one.",
  param: 'bundle.settings.plan',
}

const UNREADABLE = {
  reason: 'invalid_value',
  message: "Invalid value for 'bundle': must be what /v1/config/users/{id}/export answers.",
  param: 'bundle',
} as const

function tooMany(max: number): Failure {
  return {
    reason: 'ring_full',
    message: `The bundle has more credentials than MAX_CREDENTIALS, which is ${max}.`,
    param: 'bundle.credentials',
  }
}

const EXISTS = {
  reason: 'user_exists',
  message:
    'There is such a user already, or was, or KV has a newer snapshot (see /v1/config/restore); an import never changes one.',
  param: 'bundle',
} as const
