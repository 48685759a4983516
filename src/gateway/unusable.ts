import type { Failure } from '../http/errors.ts'
import type { Verdict } from '../upstreams/verdict.ts'

/** What an answer that arrived but is none says of the upstream. A filter, or a bound of the model's, is no fault. */
export function verdictOn(failure: Failure): Verdict {
  if (failure.reason === 'upstream_rejected' || failure.reason === 'content_filtered') {
    return { kind: 'ok' }
  }
  const reason = failure.reason === 'upstream_truncated' ? 'truncated' : 'unreadable'
  return { kind: 'upstream_fault', reason }
}
