import type { Context } from '../dialect.ts'

/** An id with the request's own in it, so that who has an answer finds its line of log. */
export function idOf(prefix: string, { requestId }: Context): string {
  return prefix + requestId.slice('req_'.length)
}

/** Unix seconds, an integer. */
export function createdAt({ createdMs }: Context): number {
  return Math.floor(createdMs / 1000)
}
