/**
 * Each choice of a request counts as a request of its own and gets an id from this. The first has the request's own
 * id.
 */
export function choiceId(requestId: string, index: number): string {
  return index === 0 ? requestId : `${requestId}_${index}`
}

/** The request that a choice belongs to: `req_…` without what `choiceId` adds. */
export function wholeOf(requestId: string): string {
  const end = requestId.indexOf('_', requestId.indexOf('_') + 1)
  return end === -1 ? requestId : requestId.slice(0, end)
}
