import { jsonResponse } from '../../json/json-response.ts'
import type { KeyHolder } from '../../gateway/authenticate.ts'
import { UNKNOWN_KEY } from '../../gateway/failure-of.ts'
import { callUser } from '../../gateway/object-calls.ts'
import type { KeyInfo } from '../../wire/key-info.ts'
import { VERSION } from '../../version.ts'
import type { Session } from '../../wire/session.ts'
import type { Call, Reply } from '../call.ts'

/** GET /v1/session: whose key it is that asks, a user's or the master key. */
export const session = {
  async user({ env }: Call, { userId, keyDigest }: KeyHolder): Promise<Reply> {
    const info = await callUser<KeyInfo | null>(env, userId, (object) => object.keyInfo(keyDigest))
    if (info === null) return UNKNOWN_KEY
    return answer({ role: 'user', user: userId, label: info.label })
  },
  admin: (): Promise<Reply> => Promise.resolve(answer({ role: 'admin', user: null, label: null })),
}

function answer(who: Pick<Session, 'role' | 'user' | 'label'>): Response {
  const told: Session = { status: 'ok', ...who, now: new Date().toISOString(), version: VERSION }
  return jsonResponse(told)
}
