import { DAY_MS, MINUTE_MS } from '../../json/time.ts'
import type { Owner, Vault } from './vault.ts'

/**
 * A token is not lent during its last minute (a short-lived one: its last half), since it might expire before Google
 * reads it.
 */
const MIN_LIFETIME_MS = MINUTE_MS

/** Epoch milliseconds. */
export function usableUntil(expiresAt: number, now: number): number {
  return expiresAt - Math.min(MIN_LIFETIME_MS, (expiresAt - now) / 2)
}

/** No token lasts longer than a day, unless the clock was ahead when it was fetched. */
function isStillGood(expiresAt: number, now: number): boolean {
  return expiresAt - now >= MIN_LIFETIME_MS && expiresAt - now <= DAY_MS
}

export interface Token {
  readonly value: string
  /** Epoch milliseconds. */
  readonly expiresAt: number
}

/** Access tokens that the next life of the object may go on with, sealed. */
export class StoredTokens {
  readonly #sql: SqlStorage
  readonly #userId: string

  constructor(sql: SqlStorage, userId: string) {
    this.#sql = sql
    this.#userId = userId
  }

  /** Until when each credential's token may be lent, if it may. */
  usable(now: number): ReadonlyMap<string, number> {
    const rows = this.#sql.exec<{ credential_id: string; expires_at: number }>(
      'SELECT credential_id, expires_at FROM access_tokens',
    )
    return new Map(
      Array.from(rows, (row) => [row.credential_id, row.expires_at] as const)
        .filter(([, expiresAt]) => isStillGood(expiresAt, now))
        .map(([id, expiresAt]) => [id, usableUntil(expiresAt, now)]),
    )
  }

  /** Null if there is none, or it has expired. Rejects if the vault does not open it. */
  async restore(id: string, vault: Vault): Promise<Token | null> {
    const rows = this.#sql.exec<{ sealed_token: string; expires_at: number }>(
      'SELECT sealed_token, expires_at FROM access_tokens WHERE credential_id = ?',
      id,
    )
    const [row] = rows.toArray()
    if (row === undefined || !isStillGood(row.expires_at, Date.now())) return null
    const value = await vault.open(row.sealed_token, this.#owner(id))
    return { value, expiresAt: row.expires_at }
  }

  seal(id: string, token: string, vault: Vault): Promise<string> {
    return vault.seal(token, this.#owner(id))
  }

  put(id: string, sealedToken: string, expiresAt: number): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO access_tokens (credential_id, sealed_token, expires_at) VALUES (?, ?, ?)',
      id,
      sealedToken,
      expiresAt,
    )
  }

  forget(id: string): void {
    this.#sql.exec('DELETE FROM access_tokens WHERE credential_id = ?', id)
  }

  forgetAll(): void {
    this.#sql.exec('DELETE FROM access_tokens')
  }

  #owner(credentialId: string): Owner {
    return { userId: this.#userId, credentialId, purpose: 'access_token' }
  }
}
