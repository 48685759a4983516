import { iso } from '../../json/time.ts'
import { toSnakeCase } from '../../json/snake-case.ts'
import type { Explanation } from '../../wire/explanation.ts'
import { type Operation, canDo, serves } from '../../gemini/operations.ts'
import type { Credential } from '../ring/credential.ts'
import { choose, standInsFor } from '../ring/fallback-model.ts'
import { type Need, reachedBy } from '../config/limits.ts'
import { inOrder } from '../ring/order.ts'
import { type NoCredential, select } from '../ring/select.ts'
import type { Standing, StandingOf } from '../ring/standing.ts'
import { type UserState, ringOf, useOf, viewOf } from '../state.ts'
import { type UserSettings, admissionOf, resolveModel } from '../config/user-settings.ts'

/** The smallest possible request. */
const LEAST: Need = { tokens: 1, calls: 1, places: 1, costNano: 1 }

/** Pure, except that it reads `state`. `sealed`: the credentials whose secrets cannot be opened here. */
export function explain(
  state: UserState,
  { model, session }: { readonly model: string; readonly session: string | null },
  sealed: ReadonlySet<string>,
  now: number,
): Explanation {
  const { settings } = state.profile
  const resolved = resolveModel(settings, model)
  const asked = resolved ?? model
  const own = settings.affinity ? session : null
  const ring = ringOf(state, now)
  const operation = canDo(asked, 'generate') ? 'generate' : 'embed'
  const { model: serving, selection } = choose(settings, { model: asked, operation }, (candidate) =>
    select(ring, viewOf(state, candidate, now), {
      model: candidate,
      tried: [...sealed],
      avoid: [],
      session: own,
      operation,
    }),
  )
  const view = viewOf(state, serving, now)
  const admission = admissionOf(settings, now)
  const reached = reachedBy(settings.limits, useOf(state, now), LEAST, now)
  const notAdmitted = admission === 'ok' ? null : admission
  const limit = reached === null ? null : `limit_reached: ${toSnakeCase(reached.limit)}`
  const refusal = resolved === null ? 'model_not_allowed' : (notAdmitted ?? limit)
  return {
    model,
    resolved_model: resolved,
    serving_model: refusal === null && selection.ok ? serving : null,
    fallbacks: resolved === null ? [] : standInsFor(settings, resolved),
    admission,
    mode: settings.mode,
    chosen: refusal === null && selection.ok ? selection.credential.id : null,
    reason: refusal ?? (selection.ok ? null : reasonOf(selection.reason, sealed)),
    credentials: inOrder(ring, view.useOf, own).map((credential) => {
      const circumstances: Circumstances = { operation, pin: settings.pin, sealed, now }
      const standing = outlookOf(credential, circumstances, view.standingOf)
      return {
        id: credential.id,
        would_serve: standing.kind === 'open' || standing.kind === 'test',
        standing: standing.kind,
        until: 'until' in standing ? iso(standing.until) : null,
      }
    }),
  }
}

interface Circumstances {
  readonly operation: Operation
  readonly pin: UserSettings['pin']
  readonly sealed: ReadonlySet<string>
  readonly now: number
}

type Outlook =
  | Standing
  | { readonly kind: 'not_pinned'; readonly until: number }
  | { readonly kind: 'operation_not_served' | 'sealed' }

/**
 * What stands against a credential, checked in the order of `select`: pin and operation come before its own standing.
 */
function outlookOf(
  credential: Credential,
  { operation, pin, sealed, now }: Circumstances,
  standingOf: StandingOf,
): Outlook {
  if (pin !== null && pin.until > now && pin.credentialId !== credential.id) {
    return { kind: 'not_pinned', until: pin.until }
  }
  if (!serves(credential.upstream, operation)) return { kind: 'operation_not_served' }
  const standing = standingOf(credential)
  const wouldServe = standing.kind === 'open' || standing.kind === 'test'
  return wouldServe && sealed.has(credential.id) ? { kind: 'sealed' } : standing
}

/** The reason that a request would get if every credential that could serve is sealed. */
function reasonOf(reason: NoCredential['reason'], sealed: ReadonlySet<string>): string {
  return reason === 'all_tried' && sealed.size > 0 ? 'vault_not_configured' : reason
}
