import { authenticate, type Caller, masterKeyProblem } from '../gateway/authenticate.ts'
import { DISABLED, EXPIRED, UNKNOWN_KEY } from '../gateway/failure.ts'
import { callUser } from '../gateway/users.ts'
import type { Failure } from '../http/errors.ts'
import type { Admission } from '../objects/user-settings.ts'
import type { Call, Reply } from './call.ts'

/**
 * Who may call a route, as the table in index.ts says it. Each wraps a handler that cannot run without what it needs:
 * a handler that takes a user's id gets one that was checked.
 */
export type Access = (call: Call) => Promise<Reply>

export function everyone(handle: (call: Call) => Reply | Promise<Reply>): Access {
  return async (call) => handle(call)
}

/** Admin acts: the master key. */
export function admin(handle: (call: Call) => Promise<Reply>): Access {
  return async (call) => {
    const problem = masterKeyProblem(call.env.MASTER_API_KEY)
    if (problem !== null) return notConfigured(problem)
    const caller = await callerOf(call)
    if (caller.kind === 'master') return handle(call)
    return caller.kind === 'anonymous' ? MISSING_KEY : NOT_MASTER
  }
}

/** The service: the key of a user who exists. */
export function user(handle: (call: Call, userId: string) => Promise<Reply>): Access {
  return async (call) => {
    const claimed = await claimedUser(call)
    if ('reason' in claimed) return claimed
    return (await refusalTo(call.env, claimed.userId)) ?? handle(call, claimed.userId)
  }
}

/**
 * The service, where the handler's first lease tells whether the user exists: one round trip to the object instead of two.
 * Whatever such a handler answers without a lease, it must answer through `checked`.
 */
export function leasingUser(handle: (call: Call, userId: string) => Promise<Reply>): Access {
  return async (call) => {
    const claimed = await claimedUser(call)
    return 'reason' in claimed ? claimed : handle(call, claimed.userId)
  }
}

/** An answer that a stranger must not get: the refusal of the key comes first. */
export async function checked(call: Call, userId: string, reply: Reply): Promise<Reply> {
  return (await refusalTo(call.env, userId)) ?? reply
}

/** A user for the own ring, an admin for any. */
export function userOrAdmin(handle: {
  readonly user: (call: Call, userId: string) => Promise<Reply>
  readonly admin: (call: Call) => Promise<Reply>
}): Access {
  const asUser = user(handle.user)
  return async (call) => {
    const caller = await callerOf(call)
    return caller.kind === 'master' ? handle.admin(call) : asUser(call)
  }
}

async function claimedUser(call: Call): Promise<{ readonly userId: string } | Failure> {
  const caller = await callerOf(call)
  switch (caller.kind) {
    case 'anonymous':
      return MISSING_KEY
    case 'master':
      return MASTER_IS_NOT_A_USER
    case 'user': {
      const [first, ...others] = caller.userIds
      if (others.length === 0) return { userId: first }
      // Several different keys, as some clients send them: the first that somebody has.
      for (const userId of caller.userIds) {
        if ((await refusalTo(call.env, userId)) === null) return { userId }
      }
      return UNKNOWN_KEY
    }
  }
}

function callerOf(call: Call): Promise<Caller> {
  return authenticate(call.request.headers, call.env.MASTER_API_KEY)
}

/** Why whoever has the key of this id may not use the service; null where nothing stands against it. */
export async function refusalTo(env: Env, userId: string): Promise<Failure | null> {
  const admission = await callUser<Admission>(env, userId, (object) => object.admission())
  return admission === 'ok' ? null : REFUSALS[admission]
}

const REFUSALS: Readonly<Record<Exclude<Admission, 'ok'>, Failure>> = {
  unknown_user: UNKNOWN_KEY,
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
  message:
    "You didn't provide an API key. Send it in an Authorization header: `Authorization: Bearer YOUR_KEY`.",
}

const NOT_MASTER: Failure = {
  reason: 'invalid_api_key',
  message: 'Incorrect API key provided: this route takes the master key.',
}

const MASTER_IS_NOT_A_USER: Failure = {
  reason: 'master_key_not_for_service',
  message: "The master key serves admin acts only; use a user's API key here.",
}
