import { MINUTE_MS } from '../../json/time.ts'
import type { CredentialFault, Verdict } from '../../upstreams/verdict.ts'

/** A model that a credential lacks or may not use, as Google said. It is not asked again before `until`. */
export interface ModelFault {
  readonly credentialId: string
  readonly model: string
  readonly cause: CredentialFault
  readonly until: number
}

/** A model or permission may be granted at any time, but asking again at once is useless. */
const FAULT_MS = 10 * MINUTE_MS

/** Names of models come from clients, so the number is limited: to as many as the counters count separately. */
const MAX_FAULTS = 200

/** The fault that follows from a verdict; undefined if there is none. Pure. */
export function modelFault(
  credentialId: string,
  model: string,
  verdict: Verdict,
  now: number,
): ModelFault | undefined {
  if (verdict.kind !== 'credential_fault' || verdict.scope !== 'model') return undefined
  return { credentialId, model, cause: verdict.reason, until: now + FAULT_MS }
}

/** The user's model faults: in memory for every lease, and in a table for the next life of the object. */
export class ModelFaults {
  readonly #sql: SqlStorage
  readonly #byKey = new Map<string, ModelFault>()

  constructor(sql: SqlStorage, now = Date.now()) {
    this.#sql = sql
    // One that lasts longer was noted while the clock was ahead, and must not come back when its day has come.
    sql.exec('DELETE FROM model_faults WHERE until > ?', now + 2 * FAULT_MS)
    for (const row of sql.exec<FaultRow>('SELECT * FROM model_faults')) {
      const { credential_id: credentialId, ...rest } = row
      this.#byKey.set(keyOf(credentialId, row.model), { credentialId, ...rest })
    }
  }

  of(credentialId: string, model: string): ModelFault | undefined {
    return this.#byKey.get(keyOf(credentialId, model))
  }

  all(): readonly ModelFault[] {
    return [...this.#byKey.values()]
  }

  set(fault: ModelFault): void {
    const key = keyOf(fault.credentialId, fault.model)
    // The newest is last, so that the first one to be dropped is the oldest.
    this.#byKey.delete(key)
    this.#byKey.set(key, fault)
    if (this.#byKey.size > MAX_FAULTS) {
      const [oldest] = this.#byKey.values()
      this.#deleteWhere((known) => known === oldest)
    }
    this.#sql.exec(
      'INSERT OR REPLACE INTO model_faults (credential_id, model, cause, until) VALUES (?, ?, ?, ?)',
      fault.credentialId,
      fault.model,
      fault.cause,
      fault.until,
    )
  }

  clear(credentialId: string): void {
    this.#deleteWhere((fault) => fault.credentialId === credentialId)
  }

  prune(now: number): void {
    this.#deleteWhere((fault) => fault.until <= now)
  }

  #deleteWhere(matches: (fault: ModelFault) => boolean): void {
    for (const fault of this.all().filter(matches)) {
      this.#byKey.delete(keyOf(fault.credentialId, fault.model))
      this.#sql.exec(
        'DELETE FROM model_faults WHERE credential_id = ? AND model = ?',
        fault.credentialId,
        fault.model,
      )
    }
  }
}

type FaultRow = {
  credential_id: string
  model: string
  cause: ModelFault['cause']
  until: number
}

function keyOf(credentialId: string, model: string): string {
  return `${credentialId} ${model}`
}
