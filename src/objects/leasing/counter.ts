import type { Access } from '../../upstreams/credential.ts'
import type { Credential } from '../ring/credential.ts'
import type { Held } from '../secrets/access-tokens.ts'
import { resolveModel } from '../config/user-settings.ts'
import { fromCursor } from '../ring/order.ts'
import { admissionTo, ringOf, type UserState, viewOf } from '../state.ts'

export interface CounterRequest {
  readonly keyDigest: string
  /** As the client asked for it. */
  readonly model: string
  readonly standIn: string | null
}

/** Where a prompt can be counted. */
export interface Counter {
  readonly model: string
  readonly access: Access
}

/**
 * The credential that would serve this model now, for counting tokens: one that is open and whose token is at hand;
 * null if there is none. Counting uses no quota of a model, so it is not an attempt: no lease, no limit, no turn of
 * the ring, and no token is fetched for it.
 */
export async function counterFor(
  state: UserState,
  request: CounterRequest,
): Promise<Counter | null> {
  const now = Date.now()
  if (admissionTo(state, request.keyDigest, now) !== 'ok') return null
  const model = resolveModel(state.profile.settings, request.model, request.standIn ?? undefined)
  if (model === null) return null
  const ring = ringOf(state, now)
  const { standingOf } = viewOf(state, model, now)
  for (const credential of fromCursor(ring)) {
    if (ring.pinned !== null && ring.pinned !== credential.id) continue
    if (standingOf(credential).kind !== 'open') continue
    const held = state.tokens.current(credential, now) ?? (await openedKey(state, credential))
    if (held === undefined) continue
    const { upstream, project, location, quotaProject } = credential
    return { model, access: { upstream, project, location, quotaProject, auth: held.auth } }
  }
  return null
}

/** An API key only has to be unsealed. */
async function openedKey({ tokens }: UserState, credential: Credential): Promise<Held | undefined> {
  if (credential.upstream !== 'gemini-api') return undefined
  const ready = await tokens.prepare(credential.id)
  return ready.ok ? tokens.current(credential, Date.now()) : undefined
}
