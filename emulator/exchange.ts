/** One call on its way through the emulator, and what may come of it. */
import type { PresetContext } from './errors/context.ts'
import type { Failure } from './errors/failure.ts'
import { preset, resolveError } from './errors/resolve.ts'
import type { PresetName } from './errors/presets.ts'
import type { JsonObject } from './json.ts'
import type { CallRecord, Reply } from './protocol.ts'
import type { Frame } from './reply/frames.ts'
import { serviceOf } from './routes.ts'
import type { Route } from './routes.ts'
import type { State } from './state/index.ts'

export interface Exchange {
  readonly state: State
  readonly route: Route
  readonly url: URL
  readonly headers: Headers
  readonly signal: AbortSignal
  /** the body as text; empty for an upload */
  readonly text: string
  /** the body as bytes; only for an upload */
  readonly bytes: Uint8Array
  readonly call: CallRecord
}

export type Outcome =
  | { kind: 'failure'; failure: Failure; reply?: Reply }
  | { kind: 'json'; body: JsonObject; headers?: Record<string, string>; reply?: Reply }
  /** a file that is downloaded */
  | { kind: 'bytes'; body: Uint8Array<ArrayBuffer>; type: string; reply?: Reply }
  /** named events */
  | { kind: 'frames'; frames: Frame[]; reply: Reply }
  | { kind: 'stream'; events: JsonObject[]; reply: Reply }

/** Acts and returns the outcome, unless a script says otherwise. A call that a script refuses has no effect. */
export function perform(exchange: Exchange, act: (reply: Reply) => Outcome): Outcome {
  const reply = takeReply(exchange)
  if (reply.error) return refuse(resolveError(reply.error, presetContext(exchange)), reply)
  const done = act(reply)
  if (done.kind === 'json' && reply.body) return { ...done, body: reply.body, reply }
  return { ...done, reply }
}

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

/** Takes the script that fits this call. That counts as one of the script's uses. */
export function takeReply({ state, route, call }: Exchange): Reply {
  return state.scripts.take({
    credential: call.credential,
    model: call.model,
    method: route.method,
  })
}
