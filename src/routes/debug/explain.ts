import { jsonResponse } from '../../json/json-response.ts'
import type { KeyHolder } from '../../gateway/authenticate.ts'
import { callUser } from '../../gateway/object-calls.ts'
import type { Explanation } from '../../wire/explanation.ts'
import { readBody } from '../admin/body.ts'
import type { Call, Reply } from '../call.ts'
import { hashOf } from '../service/conversation-hash.ts'
import { userNotFound } from '../admin/user-id.ts'
import { userNamed } from '../admin/user-by-name.ts'
import { explainBody } from '../admin/act-schemas.ts'

/** POST /debug/explain for the caller's own ring. */
export async function explainOwn(call: Call, { userId }: KeyHolder): Promise<Reply> {
  const body = await readBody(call, explainBody())
  return body.ok ? explain(call, userId, body.value) : body.failure
}

/** POST /debug/explain for the ring of `user`. */
export async function explainAny(call: Call): Promise<Reply> {
  const body = await readBody(call, explainBody())
  if (!body.ok) return body.failure
  const user = await userNamed(call.env, body.value.user, 'user')
  return typeof user === 'string' ? explain(call, user, body.value) : user
}

async function explain(
  { env }: Call,
  userId: string,
  { model, session: name }: { readonly model: string; readonly session: string | null },
): Promise<Reply> {
  const session = await hashOf(name || null)
  const explanation = await callUser<Explanation | null>(env, userId, (object) =>
    object.explain(model, session),
  )
  return explanation === null
    ? userNotFound('user')
    : jsonResponse({ status: 'ok', ...explanation })
}
