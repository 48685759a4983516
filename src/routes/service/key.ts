import { jsonResponse } from '../../json/json-response.ts'
import type { KeyHolder } from '../../gateway/authenticate.ts'
import { UNKNOWN_KEY } from '../../gateway/failure-of.ts'
import { callUser } from '../../gateway/object-calls.ts'
import type { KeyInfo } from '../../wire/key-info.ts'
import type { Call, Reply } from '../call.ts'

/** GET /v1/key: the key that asks, and its user's limits, use and ring. */
export async function getKey({ env }: Call, { userId, keyDigest }: KeyHolder): Promise<Reply> {
  const info = await callUser<KeyInfo | null>(env, userId, (object) => object.keyInfo(keyDigest))
  return info === null ? UNKNOWN_KEY : jsonResponse({ status: 'ok', ...info })
}
