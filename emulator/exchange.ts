/** One call on its way through the emulator, and what can come of it. */
import type { PresetContext } from './errors/context.ts'
import type { Failure } from './errors/failure.ts'
import { preset } from './errors/resolve.ts'
import type { PresetName } from './errors/presets.ts'
import type { JsonObject } from './json.ts'
import type { CallRecord, Reply } from './protocol.ts'
import { serviceOf } from './routes.ts'
import type { Route } from './routes.ts'
import type { State } from './state/index.ts'

export interface Exchange {
  readonly state: State
  readonly route: Route
  readonly url: URL
  readonly headers: Headers
  readonly signal: AbortSignal
  /** the body as it came */
  readonly text: string
  readonly call: CallRecord
}

export type Outcome =
  | { kind: 'failure'; failure: Failure; reply?: Reply }
  | { kind: 'json'; body: JsonObject; reply?: Reply }
  | { kind: 'stream'; events: JsonObject[]; reply: Reply }

export type Step<T> = { ok: true; value: T } | { ok: false; failure: Failure }

export function presetContext({ route, state, call }: Exchange): PresetContext {
  return {
    model: route.model || call.model || '',
    project: route.project || call.project || '',
    location: route.location,
    service: serviceOf(route.upstream),
    version: route.version,
    method: route.method,
    now: state.now(),
  }
}

export function presetFailure(exchange: Exchange, name: PresetName): Failure {
  return preset(name, presetContext(exchange))
}

export function refuse(failure: Failure, reply?: Reply): Outcome {
  return { kind: 'failure', failure, ...(reply ? { reply } : {}) }
}

/** Takes the script that fits this call; from here on it is used up. */
export function takeReply({ state, route, call }: Exchange): Reply {
  return state.scripts.take({
    credential: call.credential,
    model: call.model,
    method: route.method,
  })
}
