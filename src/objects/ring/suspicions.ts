import { MINUTE_MS } from '../../json/time.ts'
import type { CredentialFault } from '../../upstreams/verdict.ts'
import { wholeOf } from '../ledger/request-id.ts'

/** What may be wrong with a credential for a model, unless the request that failed was at fault. */
interface Suspicion {
  readonly cause: CredentialFault
  /** The request that raised it. Its other choices prove nothing more. */
  readonly requestId: string
  readonly since: number
}

/** A suspicion expires: one failed request says nothing about an hour later. */
const SUSPECTED_MS = 10 * MINUTE_MS
/** Limited, since names of models come from clients. */
const MAX_SUSPICIONS = 200

/**
 * Google refused a request in words that are not known to be about the account. Two mistakes must be avoided: a
 * request at fault must not take the model out of the ring, and a credential at fault must not stay in it. So the
 * refusal is remembered, and the next request with that credential is told of it. If that fails in the same way, the
 * credential is at fault. Only in memory: after a restart nothing is suspected.
 */
export class Suspicions {
  readonly #byKey = new Map<string, Suspicion>()

  raise(credentialId: string, model: string, suspicion: Suspicion): void {
    const key = keyOf(credentialId, model)
    this.#byKey.delete(key)
    this.#byKey.set(key, suspicion)
    if (this.#byKey.size <= MAX_SUSPICIONS) return
    const [oldest] = this.#byKey.keys()
    if (oldest !== undefined) this.#byKey.delete(oldest)
  }

  /** The credential served after all. */
  clear(credentialId: string, model: string): void {
    if (this.#byKey.size > 0) this.#byKey.delete(keyOf(credentialId, model))
  }

  /** What a request other than `requestId` has raised; undefined if nothing is suspected. */
  of(
    credentialId: string,
    model: string,
    requestId: string,
    now: number,
  ): CredentialFault | undefined {
    if (this.#byKey.size === 0) return undefined
    const suspicion = this.#byKey.get(keyOf(credentialId, model))
    if (suspicion === undefined || now - suspicion.since > SUSPECTED_MS) return undefined
    return wholeOf(suspicion.requestId) === wholeOf(requestId) ? undefined : suspicion.cause
  }
}

function keyOf(credentialId: string, model: string): string {
  return `${credentialId} ${model}`
}
