import type { Family } from '../dialects/dialect.ts'
import type { Failure } from '../failure/failure.ts'
import type { Admin } from '../objects/audit/audit.ts'
import type { Settings } from '../settings.ts'

/** A request on its way through a route. */
export interface Call {
  readonly request: Request
  /** Of the path's pattern, decoded. */
  readonly params: Readonly<Record<string, string>>
  readonly env: Env
  readonly ctx: ExecutionContext
  readonly settings: Settings
  /** Whose manners the answer has. */
  readonly family: Family
  readonly requestId: string
  /** As whom an admin act enters the audit. */
  readonly by: Admin
}

/** What comes of a request. Handlers never render a failure: that is done in one place (handle.ts), in the family's form. */
export type Reply = Response | Unanswered

export interface Unanswered extends Failure {
  /** Besides those that every refusal has. */
  readonly headers?: Headers
}

/** Of a route that looks at more of its address than the path: most do not, and parsing one costs something. */
export function urlOf({ request }: Call): URL {
  return new URL(request.url)
}
