import { openVault } from './vault.ts'

const OWNER = { userId: '', credentialId: '', purpose: 'witness' } as const

/**
 * An empty record, sealed like credentials. Whether it opens tells whether VAULT_KEY is still the key that sealed the
 * users' secrets, without waking any user. The directory keeps it as soon as there is a user.
 */
export class Witness {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
    sql.exec('CREATE TABLE IF NOT EXISTS witness (sealed TEXT NOT NULL) STRICT')
  }

  /** Whether the record opens. If there is none yet, it is made; false then only if the vault itself does not open. */
  async opens(vaultKey: string | undefined): Promise<boolean> {
    const vault = await openVault(vaultKey)
    if (vault === null) return false
    const [row] = this.#sql.exec<{ sealed: string }>('SELECT sealed FROM witness').toArray()
    if (row === undefined) return this.renew(vaultKey)
    try {
      await vault.open(row.sealed, OWNER)
      return true
    } catch {
      return false // the caller reports it
    }
  }

  /**
   * Seals it anew with the current key: an admin has resealed everything, or goes on without what another key sealed.
   */
  async renew(vaultKey: string | undefined): Promise<boolean> {
    const vault = await openVault(vaultKey)
    if (vault === null) return false
    const sealed = await vault.seal('', OWNER)
    this.forget()
    this.#sql.exec('INSERT INTO witness VALUES (?)', sealed)
    return true
  }

  forget(): void {
    this.#sql.exec('DELETE FROM witness')
  }
}
