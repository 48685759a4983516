import type { Failure } from '../failure/failure.ts'
import { modelsFor } from '../gemini/models/listing.ts'
import type { Reach } from '../objects/views/reach.ts'
import { modelNotFound } from './failure-of.ts'
import { callUser } from './object-calls.ts'

/**
 * The failure, and if it is about an unknown model, with the nearest one that the key can use. Only then does it ask the
 * user's object, which alone knows what the ring and the admin leave.
 */
export async function withNearestModel(
  failure: Failure,
  {
    env,
    userId,
    keyDigest,
  }: { readonly env: Env; readonly userId: string; readonly keyDigest: string },
): Promise<Failure> {
  const { reason, model } = failure
  if (reason !== 'model_not_found' || model === undefined) return failure
  const reach = await callUser<Reach>(env, userId, (user) => user.reach(keyDigest))
  return reach.ok ? modelNotFound(model, modelsFor(reach)) : failure
}
