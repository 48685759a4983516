import { isConfigured } from './storage.ts'

/**
 * The user to whom this object belongs; null if nobody knows. A wrong answer would seal credentials for nobody, and
 * write snapshots of a user who does not exist, so the object's own id is never taken for the user's. The user's own
 * row says it. Before that row exists, the name does by which the object was woken. Tools that list objects wake them
 * by id, without a name.
 */
export function userIdIn(
  { id, storage }: Pick<DurableObjectState, 'id' | 'storage'>,
  namespace: Pick<DurableObjectNamespace, 'idFromName'>,
): string | null {
  const kept = isConfigured(storage.sql)
    ? storage.sql.exec('SELECT * FROM user').one()['user_id']
    : null
  return typeof kept === 'string' ? kept : nameIn(id, namespace)
}

/** The name by which an object was woken; null if it was woken by its id, or by an alarm. */
export function nameIn(
  id: DurableObjectId,
  namespace: Pick<DurableObjectNamespace, 'idFromName'>,
): string | null {
  const { name } = id
  return name !== undefined && String(namespace.idFromName(name)) === String(id) ? name : null
}

/** Ends this instance: it was woken by its id, and will never know its user. The next one, woken by name, will. */
export function refuseNameless(ctx: Pick<DurableObjectState, 'abort' | 'waitUntil'>): never {
  // Aborts only after the answer: an instance that ends at once could not tell the caller to repeat the call.
  ctx.waitUntil(scheduler.wait(1).then(() => ctx.abort('It was woken by its id.')))
  throw nameless()
}

/** The error of an object that does not know its user. It is retryable: the next call wakes the object by its name. */
function nameless(): Error {
  return Object.assign(new Error('The object was woken by its id, and does not know its user.'), {
    retryable: true,
  })
}
