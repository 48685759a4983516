import type { Failure } from '../failure/failure.ts'
import type { Verdict } from '../upstreams/verdict.ts'

const OK: Verdict = { kind: 'ok' }

/** What an answer that arrived says of the upstream: nothing against it, where it could be told to the client. */
export function verdictOf(
  told: { readonly ok: true } | { readonly ok: false; readonly failure: Failure },
): Verdict {
  return told.ok ? OK : verdictOn(told.failure)
}

/** What an answer that arrived but is none says of the upstream. A filter, or a bound of the model's, is no fault. */
export function verdictOn(failure: Failure): Verdict {
  if (failure.reason === 'upstream_rejected' || failure.reason === 'content_filtered') {
    return { kind: 'ok' }
  }
  const reason = failure.reason === 'upstream_truncated' ? 'truncated' : 'unreadable'
  return { kind: 'upstream_fault', reason }
}
