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
  readonly requestId: string
  /** As whom an admin act enters the audit. */
  readonly by: Admin
}

/** A failure becomes the error response of the surface, in one place (routes/index.ts). */
export type Reply = Response | Failure

/** Of a route that looks at more of its address than the path: most do not, and parsing one costs something. */
export function urlOf({ request }: Call): URL {
  return new URL(request.url)
}
