import type { CredentialFault } from '../../upstreams/verdict.ts'
import type { Credential, CredentialInput, KeptCredential } from './credential.ts'

export type CredentialPatch = Partial<
  Pick<Credential, 'label' | 'priority' | 'models' | 'pausedUntil' | 'position'>
>

/** The user's credentials: rows in the table, and a copy in memory that every lease reads. Synchronous throughout. */
export class Credentials {
  readonly #sql: SqlStorage
  #inOrder: readonly Credential[]
  readonly #newErrors = new Set<string>()

  constructor(sql: SqlStorage) {
    this.#sql = sql
    this.#inOrder = this.#load()
  }

  all(): readonly Credential[] {
    return this.#inOrder
  }

  get(id: string): Credential | undefined {
    return this.#inOrder.find((credential) => credential.id === id)
  }

  /** Adds a credential at the end of the ring, or replaces one in place. A replaced one begins without faults. */
  put(id: string, input: CredentialInput, sealedSecret: string, now: number): void {
    const known = this.get(id)
    const position = known?.position ?? (this.#inOrder.at(-1)?.position ?? 0) + 1
    this.#sql.exec(
      `INSERT OR REPLACE INTO credentials (
         credential_id, position, type, upstream, label, project, location, quota_project, sealed_secret,
         quarantine, last_error, last_error_at, created_at, updated_at, priority, models, paused_until
       ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, NULL, ?, ?, ?, ?, ?)`,
      id,
      position,
      input.secret.type,
      input.upstream,
      input.label ?? known?.label ?? null,
      input.project,
      input.location,
      input.quotaProject,
      sealedSecret,
      known?.createdAt ?? now,
      // This is the credential's version too, so it must grow with every change.
      Math.max(now, (known?.updatedAt ?? 0) + 1),
      known?.priority ?? 0,
      known?.models === undefined || known.models === null ? null : JSON.stringify(known.models),
      known?.pausedUntil ?? null,
    )
    this.#newErrors.delete(id)
    this.#inOrder = this.#load()
  }

  /** Puts back what a snapshot holds, with secrets still sealed. */
  restore(kept: KeptCredential): void {
    this.#sql.exec(
      `INSERT INTO credentials (
         credential_id, position, type, upstream, label, project, location, quota_project, sealed_secret,
         created_at, updated_at, priority, models, paused_until
       ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      kept.id,
      kept.position,
      kept.type,
      kept.upstream,
      kept.label,
      kept.project,
      kept.location,
      kept.quota_project,
      kept.sealed_secret,
      kept.created_at,
      kept.updated_at,
      kept.priority,
      kept.models === null ? null : JSON.stringify(kept.models),
      kept.paused_until,
    )
    this.#inOrder = this.#load()
  }

  /** Stores the same secret, sealed by another key. */
  reseal(id: string, sealedSecret: string): void {
    this.#sql.exec(
      'UPDATE credentials SET sealed_secret = ? WHERE credential_id = ?',
      sealedSecret,
      id,
    )
  }

  sealedSecret(id: string): string | undefined {
    const rows = this.#sql.exec<{ sealed_secret: string }>(
      'SELECT sealed_secret FROM credentials WHERE credential_id = ?',
      id,
    )
    return rows.toArray()[0]?.sealed_secret
  }

  /** Changes what an admin may change without posting the secret again. */
  patch(id: string, change: CredentialPatch): void {
    const credential = this.get(id)
    if (credential === undefined) return
    const { label, priority, models, pausedUntil, position } = { ...credential, ...change }
    this.#sql.exec(
      `UPDATE credentials SET label = ?, priority = ?, models = ?, paused_until = ?, position = ?
       WHERE credential_id = ?`,
      label,
      priority,
      models === null ? null : JSON.stringify(models),
      pausedUntil,
      position,
      id,
    )
    this.#inOrder = this.#load()
  }

  remove(id: string): void {
    this.#sql.exec('DELETE FROM credentials WHERE credential_id = ?', id)
    this.#newErrors.delete(id)
    this.#inOrder = this.#load()
  }

  /** Ends the quarantine. The last error stays. */
  release(id: string): void {
    this.#sql.exec(
      'UPDATE credentials SET quarantine = NULL, quarantine_link = NULL WHERE credential_id = ?',
      id,
    )
    this.#change(id, { quarantine: null, quarantineLink: null })
  }

  /** Sets the project that Google named for a credential whose owner named none. */
  setProject(id: string, project: string): void {
    this.#sql.exec('UPDATE credentials SET project = ? WHERE credential_id = ?', project, id)
    this.#change(id, { project })
  }

  quarantine(id: string, reason: CredentialFault, link: string | null): void {
    this.#sql.exec(
      'UPDATE credentials SET quarantine = ?, quarantine_link = ? WHERE credential_id = ?',
      reason,
      link,
      id,
    )
    this.#change(id, { quarantine: reason, quarantineLink: link })
  }

  /**
   * Remembers the last fault, in Pollux's words: Google's may name projects or repeat a prompt. Written with the next
   * `flush`.
   */
  recordError(id: string, error: string, now: number): void {
    this.#newErrors.add(id)
    this.#change(id, { lastError: error, lastErrorAt: now })
  }

  get isChanged(): boolean {
    return this.#newErrors.size > 0
  }

  /** To be called within a transaction, and `flushed` after its commit. */
  flush(): void {
    for (const id of this.#newErrors) {
      const credential = this.get(id)
      if (credential === undefined) continue
      this.#sql.exec(
        'UPDATE credentials SET last_error = ?, last_error_at = ? WHERE credential_id = ?',
        credential.lastError,
        credential.lastErrorAt,
        id,
      )
    }
  }

  flushed(): void {
    this.#newErrors.clear()
  }

  #change(id: string, change: Partial<Credential>): void {
    this.#inOrder = this.#inOrder.map((credential) =>
      credential.id === id ? { ...credential, ...change } : credential,
    )
  }

  #load(): readonly Credential[] {
    return this.#sql
      .exec<CredentialRow>('SELECT * FROM credentials ORDER BY position')
      .toArray()
      .map(fromRow)
  }
}

type CredentialRow = {
  credential_id: string
  position: number
  type: Credential['type']
  upstream: Credential['upstream']
  label: string | null
  project: string | null
  location: string | null
  quota_project: string | null
  priority: number
  models: string | null
  paused_until: number | null
  quarantine: CredentialFault | null
  quarantine_link: string | null
  last_error: string | null
  last_error_at: number | null
  created_at: number
  updated_at: number
}

function fromRow(row: CredentialRow): Credential {
  return {
    id: row.credential_id,
    position: row.position,
    type: row.type,
    upstream: row.upstream,
    label: row.label,
    project: row.project,
    location: row.location,
    quotaProject: row.quota_project,
    priority: row.priority,
    models: row.models === null ? null : (JSON.parse(row.models) as string[]),
    pausedUntil: row.paused_until,
    quarantine: row.quarantine,
    quarantineLink: row.quarantine_link,
    lastError: row.last_error,
    lastErrorAt: row.last_error_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
