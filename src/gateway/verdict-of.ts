import type { Failure } from '../failure/failure.ts'
import type { Verdict } from '../upstreams/verdict.ts'

const OK: Verdict = { kind: 'ok' }

/** The verdict on the upstream after an answer arrived: ok if the client could be told the answer. */
export function verdictOf(
  told: { readonly ok: true } | { readonly ok: false; readonly failure: Failure },
): Verdict {
  return told.ok ? OK : verdictOn(told.failure)
}

/**
 * The verdict on the upstream after an answer that could not be told. A filter or a limit of the model is not the
 * upstream's fault.
 */
export function verdictOn(failure: Failure): Verdict {
  if (failure.reason === 'upstream_rejected' || failure.reason === 'content_filtered') {
    return { kind: 'ok' }
  }
  const reason = failure.reason === 'upstream_truncated' ? 'truncated' : 'unreadable'
  return { kind: 'upstream_fault', reason }
}

/**
 * How far what an answer says holds. `model`: the call generates or embeds. `call`: Google permits and limits such
 * calls by themselves. `quota`: it permits them by themselves, but counts them as generating.
 */
export type Scope = 'model' | 'quota' | 'call'

/** The verdict for calls that neither generate nor embed: what is said of them is not held against the model. */
export function scoped(verdict: Verdict, scope: Scope): Verdict {
  if (scope === 'model') return verdict
  switch (verdict.kind) {
    case 'ok':
    case 'quota':
      return scope === 'call' ? { ...verdict, scope: 'call' } : verdict
    case 'credential_fault':
      return verdict.scope === 'model' ? { ...verdict, scope: 'call' } : verdict
    case 'client_fault':
      return { kind: verdict.kind, reason: verdict.reason }
    default:
      return verdict
  }
}

/**
 * How far a 429 reaches that names no limit. Where Google runs a search for the request, it may be the limit of
 * searches, and chats without one go on (docs/google.md: Limits).
 */
export function scopeOf(verdict: Verdict, scope: Scope, usesTools: () => boolean): Scope {
  const isBare =
    verdict.kind === 'quota' && verdict.dimension === 'unknown' && verdict.evidence === 'none'
  return isBare && usesTools() ? 'call' : scope
}

/**
 * The verdict where the request names things of Google's, such as a cache or an earlier interaction. "The caller does
 * not have permission" may then be about those, so it is only a suspicion against the credential.
 */
export function doubted(verdict: Verdict, namesThings: boolean): Verdict {
  const isOfModel = verdict.kind === 'credential_fault' && verdict.scope === 'model'
  return isOfModel && verdict.reason === 'permission_denied' && namesThings
    ? { kind: 'client_fault', reason: 'invalid_request', suspicion: verdict.reason }
    : verdict
}
