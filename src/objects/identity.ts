import { isConfigured } from './storage.ts'

/**
 * Whose object this is; null where nobody knows. The user's own row says it. Before there is one the object's name does, which
 * is what the first caller of this instance knew it by: none for whoever woke it by its id, as tools do that list objects. Taken
 * for the user's id, the object's own id would seal credentials for nobody and write snapshots of a user that is none.
 */
export function userIdIn(
  { id, storage }: Pick<DurableObjectState, 'id' | 'storage'>,
  namespace: Pick<DurableObjectNamespace, 'idFromName'>,
): string | null {
  const kept = isConfigured(storage.sql)
    ? storage.sql.exec('SELECT * FROM user').one()['user_id']
    : null
  if (typeof kept === 'string') return kept
  const { name } = id
  return name !== undefined && String(namespace.idFromName(name)) === String(id) ? name : null
}

/** What a call to an object rejects with that does not know whose it is. The next call wakes it by its name. */
export function nameless(): Error {
  return Object.assign(new Error('The object was woken by its id, and does not know its user.'), {
    retryable: true,
  })
}
