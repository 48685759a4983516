import type { Failure } from '../../failure/failure.ts'
import { DIRECTORY_NAME } from '../../objects/directory.ts'
import type { Call } from '../call.ts'
import { USER_ID, userNotFound } from './user-id.ts'

/** Labels have at most this many characters. */
const MAX_NAME = 100

/**
 * The id of the user whom an admin names by id, or by a label that no other user has. `param`: the field that names
 * the user, and is missing if there is no name.
 */
export async function userNamed(
  env: Env,
  name: string | null | undefined,
  param: string,
): Promise<string | Failure> {
  if (name === null || name === undefined) return missing(param)
  if (USER_ID.test(name)) return name
  if (name === '' || name.length > MAX_NAME) return userNotFound(param)
  const [id, other] = await env.DIRECTORY.getByName(DIRECTORY_NAME).named(name)
  if (id === undefined) return userNotFound(param)
  return other === undefined ? id : ambiguous(param)
}

/** If the address names a user by a label, the call with the user's id in its place. */
export async function withUserId(call: Call): Promise<Call | Failure> {
  const name = call.params['id']
  if (name === undefined || USER_ID.test(name)) return call
  const id = await userNamed(call.env, name, 'id')
  return typeof id === 'string' ? { ...call, params: { ...call.params, id } } : id
}

function missing(param: string): Failure {
  return {
    reason: 'missing_required_parameter',
    message: `Missing required parameter: '${param}', the id or label of a user; GET /v1/config/users lists them.`,
    param,
  }
}

function ambiguous(param: string): Failure {
  return {
    reason: 'invalid_value',
    message: `Invalid value for '${param}': several users have this label; name the user by the id, which GET /v1/config/users?q= shows.`,
    param,
  }
}
