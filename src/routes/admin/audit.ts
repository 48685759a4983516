import { jsonResponse } from '../../json/json-response.ts'
import { callUser } from '../../gateway/object-calls.ts'
import type { AuditPage } from '../../wire/audit.ts'
import { auditQuery } from './query-schema.ts'
import type { Call, Reply } from '../call.ts'
import { readQuery } from './query.ts'
import { USER_ID, userNotFound } from './user-id.ts'

/**
 * GET /v1/config/users/{id}/audit: who did what, oldest first, and whether the chain of hashes is intact. Works for
 * deleted users too.
 */
export async function readAudit(call: Call): Promise<Reply> {
  const query = readQuery(call, auditQuery())
  if (!query.ok) return query.failure
  const id = call.params['id'] ?? ''
  const { after, limit } = query.value
  const page = USER_ID.test(id)
    ? await callUser<AuditPage | null>(call.env, id, (user) => user.auditAfter(after, limit))
    : null
  return page === null ? userNotFound('id') : jsonResponse({ status: 'ok', ...page })
}
