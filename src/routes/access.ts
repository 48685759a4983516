import {
  authenticate,
  type Caller,
  digestOf,
  type KeyHolder,
  masterKeyProblem,
} from '../gateway/authenticate.ts'
import { DISABLED, EXPIRED, KEY_REPLACED, UNKNOWN_KEY } from '../gateway/failure-of.ts'
import { slowed } from '../gateway/guesses.ts'
import { callUser } from '../gateway/object-calls.ts'
import type { Failure } from '../failure/failure.ts'
import type { Admission } from '../objects/config/user-settings.ts'
import { isKnown, isUsers } from '../gateway/known-users.ts'
import { type AdminHandler, type Call, type Handler, type Reply, urlOf } from './call.ts'
import { idempotent } from './admin/idempotency.ts'
import { withUserId } from './admin/user-by-name.ts'

/**
 * Who may call a route, as the table in index.ts says. Each function wraps a handler and gives it what it needs, so a
 * handler cannot run unchecked: one that takes a key's holder only gets a holder who was checked.
 */
export type Access = ((call: Call) => Promise<Reply>) & { readonly who: Who }

/** The word that /openapi.json uses. */
export type Who = 'everyone' | 'user' | 'admin' | 'user_or_admin'

function accessOf(who: Who, run: (call: Call) => Promise<Reply>): Access {
  return Object.assign(run, { who })
}

export function everyone(handle: (call: Call) => Reply | Promise<Reply>): Access {
  return accessOf('everyone', async (call) => handle(call))
}

/** For admin acts: the master key. They accept an Idempotency-Key. */
export function admin(handle: AdminHandler): Access {
  const act = idempotent(handle)
  return accessOf('admin', async (call) => {
    const problem = masterKeyProblem(call.env.MASTER_API_KEY)
    if (problem !== null) return notConfigured(problem)
    const known = await identify(call)
    if ('reason' in known) return known
    if (!known.isMaster) return NOT_MASTER
    const named = await withUserId(call)
    return 'reason' in named ? named : act(named)
  })
}

/** For scrapers: the METRICS_TOKEN, which opens nothing else, or the master key. */
export function scraper(handle: AdminHandler): Access {
  const asAdmin = admin(handle)
  return accessOf('admin', async (call) => {
    const { METRICS_TOKEN: token = '' } = call.env as { readonly METRICS_TOKEN?: string }
    const given = /^Bearer +(\S+)$/i.exec(call.request.headers.get('authorization') ?? '')?.[1]
    // Digests are compared, so that the time which the comparison takes tells nothing about the token.
    const isToken =
      token.trim() !== '' &&
      given !== undefined &&
      (await digestOf(given)) === (await digestOf(token.trim()))
    if (!isToken) return asAdmin(call)
    // The right token is refused to a slowed address as the master key is: else it could be found by trying.
    return (await slowed(call.env, call.request, 0)) ?? handle(call)
  })
}

/** For the service: the key of an existing user. */
export function user(handle: Handler): Access {
  return accessOf('user', async (call) => {
    const claimed = await claimedHolder(call, await callerOf(call))
    if ('reason' in claimed) return claimed
    return (await refusalTo(call.env, claimed)) ?? handle(call, claimed)
  })
}

/**
 * For handlers of the service that take a lease first: the lease tells whether the user exists, which saves a round
 * trip to the object. Any answer that such a handler gives without a lease must go through `checked`.
 */
export function leasingUser(handle: Handler): Access {
  return accessOf('user', async (call) => {
    const claimed = await claimedHolder(call, await callerOf(call))
    return 'reason' in claimed ? claimed : handle(call, claimed)
  })
}

/** Returns the reply, unless the key must be refused. For answers that a stranger must not see. */
export async function checked(call: Call, holder: KeyHolder, reply: Reply): Promise<Reply> {
  return (await refusalTo(call.env, holder)) ?? reply
}

/** A user may call it for the own ring, an admin for any. */
export function userOrAdmin(handle: {
  readonly user: Handler
  readonly admin: AdminHandler
}): Access {
  return accessOf('user_or_admin', async (call) => {
    const known = await identify(call)
    if ('reason' in known) return known
    if (known.isMaster) return handle.admin(call)
    const admitted = known.users.find(({ refusal }) => refusal === null)
    if (admitted !== undefined) return handle.user(call, admitted.holder)
    return known.users[0]?.refusal ?? UNKNOWN_KEY
  })
}

/**
 * Which holder's request this is. Service routes treat the master key like an unknown key and take as long to refuse
 * it: after one question to the directory, and before the body is read. They count no wrong guesses, so a difference
 * would let somebody find the master key by trying.
 */
function claimedHolder(
  call: Call,
  caller: Caller | null,
): KeyHolder | Failure | Promise<KeyHolder | Failure> {
  if (caller === null) return MISSING_KEY
  const [first, ...others] = caller.holders
  const isSole = first !== undefined && first !== caller.master && others.length === 0
  return isSole && isKnown(call.env, first) === true ? first : firstAdmitted(call, caller)
}

/**
 * The first holder who may use the service. Called if a client sends several different keys, as some do, or a single
 * key that is not known yet.
 */
async function firstAdmitted(
  { env }: Call,
  { holders, master }: Caller,
): Promise<KeyHolder | Failure> {
  for (const holder of holders) {
    const isUser = await isUsers(env, holder)
    if (holder === master || !isUser) continue
    if (holders.length === 1 || (await refusalTo(env, holder)) === null) return holder
  }
  return UNKNOWN_KEY
}

interface Known {
  readonly isMaster: boolean
  readonly users: readonly { readonly holder: KeyHolder; readonly refusal: Failure | null }[]
}

/**
 * Who calls a route that accepts the master key. An unknown key may be a guess at it, so it counts against the
 * client's address; a user's key or no key at all does not count. Right and wrong keys take the same path up to the
 * refusal, so that timing tells nothing.
 */
async function identify(call: Call): Promise<Known | Failure> {
  const caller = await callerOf(call)
  if (caller === null) return MISSING_KEY
  const { holders, master, forged } = caller
  const admissions = await Promise.all(
    holders.map(async (holder) => ({ holder, admission: await admissionOf(call.env, holder) })),
  )
  const users = admissions.filter(({ admission }) => admission !== 'unknown_user')
  const wrong = forged + holders.length - users.length
  if (master !== null || wrong > 0) {
    const { env, request } = call
    const refusal = await slowed(env, request, master === null ? wrong : 0)
    if (refusal !== null) return refusal
  }
  return {
    isMaster: master !== null,
    users: users.map(({ holder, admission }) => ({ holder, refusal: refusalFor(admission) })),
  }
}

function callerOf(call: Call): Promise<Caller | null> {
  const { family, request } = call
  // The address is parsed only if it has a query.
  const mayBeThere = family.takesKeyInQuery && request.url.includes('?')
  const inQuery = mayBeThere ? urlOf(call).searchParams.get('key') : null
  return authenticate(request.headers, call.env, inQuery)
}

/** Why the holder of this key may not use the service; null if nothing stands against it. */
export async function refusalTo(env: Env, holder: KeyHolder): Promise<Failure | null> {
  return refusalFor(await admissionOf(env, holder))
}

async function admissionOf(env: Env, holder: KeyHolder): Promise<Admission> {
  if (!(await isUsers(env, holder))) return 'unknown_user'
  const { userId, keyDigest } = holder
  return callUser<Admission>(env, userId, (object) => object.admission(keyDigest))
}

function refusalFor(admission: Admission): Failure | null {
  return admission === 'ok' ? null : REFUSALS[admission]
}

export const REFUSALS: Readonly<Record<Exclude<Admission, 'ok'>, Failure>> = {
  unknown_user: UNKNOWN_KEY,
  key_replaced: KEY_REPLACED,
  user_disabled: DISABLED,
  user_expired: EXPIRED,
}

function notConfigured(problem: string): Failure {
  return {
    reason: 'admin_not_configured',
    message: `${problem}, so admin acts are refused. Set it with \`wrangler secret put MASTER_API_KEY\` (locally: in .dev.vars).`,
  }
}

const MISSING_KEY: Failure = {
  reason: 'missing_api_key',
  message: 'No API key was sent.', // each family names its own header
}

const NOT_MASTER: Failure = {
  reason: 'invalid_api_key',
  message: 'Incorrect API key provided: this route takes the master key.',
}
