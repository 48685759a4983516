import type { CredentialFault } from '../../upstreams/verdict.ts'
import { wholeOf } from '../ledger/request-id.ts'

/** What a credential may lack for a model, unless the request that failed was at fault. */
interface Suspicion {
  readonly cause: CredentialFault
  /** The request that raised it: its other choices prove nothing more. */
  readonly requestId: string
  readonly since: number
}

/** One request's trouble says nothing of the next hour's. */
const SUSPECTED_MS = 10 * 60_000
/** Models' names come from clients. */
const MAX_SUSPICIONS = 200

/**
 * Google refused a request, in words that are not known to be about the account. Two mistakes are possible: a request at fault
 * must not take the model out of the ring, and a credential at fault must not stay in it. So the refusal is remembered, and
 * the next request with that credential is told of it: if it fails the same way, the credential is at fault. In memory only:
 * an object that restarts suspects nothing.
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

  /** It served after all. */
  clear(credentialId: string, model: string): void {
    if (this.#byKey.size > 0) this.#byKey.delete(keyOf(credentialId, model))
  }

  /** What another request than `requestId` has raised; undefined where nothing is suspected. */
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
