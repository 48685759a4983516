import type { Context } from '../dialect.ts'

/** An id that contains the request's own, so that whoever has the answer finds the request in the log. */
export function idOf(prefix: string, { requestId }: Context): string {
  return prefix + requestId.slice('req_'.length)
}

/** Unix seconds, an integer. */
export function createdAt({ createdMs }: Context): number {
  return Math.floor(createdMs / 1000)
}
