/** Each choice of a request is counted as a request of its own; this names it. The first bears the request's own name. */
export function choiceId(requestId: string, index: number): string {
  return index === 0 ? requestId : `${requestId}_${index}`
}

/** The request that a choice belongs to: `req_…` without what `choiceId` adds. */
export function wholeOf(requestId: string): string {
  return requestId.split('_', 2).join('_')
}
