import type { Clock } from '../clock.ts'
import type { Family } from '../dialects/dialect.ts'
import type { Failure } from '../failure/failure.ts'
import type { KeyHolder } from '../gateway/authenticate.ts'
import type { Admin } from '../objects/audit/audit.ts'
import type { Settings } from '../settings.ts'
import type { Telemetry } from './telemetry.ts'

/** A request on its way through a route. */
export interface Call {
  readonly request: Request
  /** The parameters of the path's pattern, decoded. */
  readonly params: Readonly<Record<string, string>>
  readonly env: Env
  readonly ctx: ExecutionContext
  readonly settings: Settings
  /** The family in whose form errors are told. */
  readonly family: Family
  readonly requestId: string
  /** For all time limits of the request. */
  readonly clock: Clock
  /** The name under which an admin act enters the audit. */
  readonly by: Admin
  /** Collected on the request's way for its line in the log. */
  readonly telemetry: Telemetry
}

/** What a handler returns. Handlers never render a failure: handle.ts does, in the family's form. */
export type Reply = Response | Unanswered

export interface Unanswered extends Failure {
  /** Headers in addition to those of every refusal. */
  readonly headers?: Headers
}

/** Answers a user's request. `holder`: whose key came with it. */
export type Handler = (call: Call, holder: KeyHolder) => Promise<Reply>

/** Answers a request with which no user's key came: an admin's, or a scraper's. */
export type AdminHandler = (call: Call) => Promise<Reply>

/** The parsed address, for the few routes that need more of it than the path. Parsing costs time. */
export function urlOf({ request }: Call): URL {
  return new URL(request.url)
}
