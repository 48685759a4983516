import { canDo } from '../../gemini/operations.ts'
import { choose } from '../ring/fallback-model.ts'
import type { LeaseRequest, Refusal } from '../ledger/lease.ts'
import { select } from '../ring/select.ts'
import { type Owner, ringOfOwner } from '../pins/owner.ts'
import { forbiddenOf } from '../pins/media-uris.ts'
import { type UserState, admissionTo, ringOf, viewOf } from '../state.ts'
import { resolveModel } from '../config/user-settings.ts'

/** The model that is asked for, with the user's aliases resolved, or why the user may not ask for it. */
export function wantedOf(
  state: UserState,
  { keyDigest, model, standIn, operation = 'generate', uris = [] }: LeaseRequest,
  now: number,
): { readonly ok: true; readonly asked: string } | Refusal {
  const admission = admissionTo(state, keyDigest, now)
  if (admission !== 'ok') return { ok: false, reason: admission }
  const asked = resolveModel(state.profile.settings, model, standIn)
  if (asked === null) return { ok: false, reason: 'model_not_allowed' }
  if (!canDo(asked, operation)) return { ok: false, reason: 'wrong_operation' }
  const ref = forbiddenOf(state, uris, now)
  return ref === null ? { ok: true, asked } : { ok: false, reason: 'uri_not_allowed', ref }
}

/** The credential for this request, and the model that serves it: the one asked for, or its fallback. */
export function chosenFor(
  state: UserState,
  request: LeaseRequest,
  asked: string,
  unavailable: readonly string[],
  now: number,
  owner: Owner = { kind: 'nobody' },
): ReturnType<typeof choose> {
  const { operation = 'generate', pins = [] } = request
  // A cache or the token of a long answer belongs to one model, so no other model can stand in.
  const isOfModel = pins.some(({ kind }) => kind === 'cached_content' || kind === 'continuation')
  const settings = isOfModel ? { ...state.profile.settings, fallbacks: {} } : state.profile.settings
  const ring = ringOf(state, now)
  const ownersRing = owner.kind === 'one' ? ringOfOwner(ring, owner.credentialId) : ring
  return choose(settings, { model: asked, operation }, (candidate) =>
    select(ownersRing, viewOf(state, candidate, now), {
      ...request,
      session: settings.affinity ? request.session : null,
      tried: [...triedWith(candidate, asked, request), ...unavailable],
    }),
  )
}

/** Credentials that this request has already tried with a model. */
function triedWith(model: string, asked: string, request: LeaseRequest): readonly string[] {
  if (model === asked) return request.tried
  const { triedInstead = [] } = request
  return triedInstead.filter((tried) => tried.model === model).map((tried) => tried.credentialId)
}
