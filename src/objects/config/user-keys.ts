/** A key that is valid for the user. Times are epoch milliseconds. */
export interface UserKey {
  /** SHA-256 in hex; of a key that an admin chose it is the user's id. */
  readonly digest: string
  /** The last characters of a minted key. */
  readonly hint: string | null
  /** Null: with the user. */
  readonly createdAt: number | null
  /** Null: for as long as the user. */
  readonly endsAt: number | null
}

/** A key that was just minted, as the user's object gets to know it. */
export interface NewKey {
  readonly digest: string
  readonly hint: string
}

/** So many keys may be valid at the same time: the current one, and earlier ones in their grace. */
export const MAX_KEYS = 5

/**
 * Which keys are valid for the user: the current one, and earlier ones whose grace has not ended. Keys themselves are never
 * kept, only digests. A key that an admin chose is not written at all while it is the only one: its digest is the user's id.
 */
export class UserKeys {
  readonly #sql: SqlStorage
  readonly #chosen: UserKey
  /** The newest first; null: only the chosen one. */
  #kept: readonly UserKey[] | null

  constructor(sql: SqlStorage, userId: string) {
    this.#sql = sql
    this.#chosen = { digest: userId, hint: null, createdAt: null, endsAt: null }
    const { keys } = sql.exec<{ keys: string | null }>('SELECT keys FROM user').one()
    this.#kept = keys === null ? null : (JSON.parse(keys) as UserKey[])
  }

  /** The newest first. */
  valid(now: number): readonly UserKey[] {
    return (this.#kept ?? [this.#chosen]).filter(({ endsAt }) => endsAt === null || now < endsAt)
  }

  /**
   * The valid key with this digest; undefined where there is none. A plain comparison is safe: how much two digests have in
   * common tells nothing of the keys.
   */
  find(digest: string, now: number): UserKey | undefined {
    return this.valid(now).find((key) => key.digest === digest)
  }

  isCurrent(digest: string): boolean {
    const [current] = this.#kept ?? [this.#chosen]
    return current !== undefined && current.digest === digest
  }

  /**
   * Makes this the current key. Every earlier one ends with the grace, or before if its end was set already: a grace is never
   * made longer. False where too many keys would be valid then.
   */
  replace({ digest, hint }: NewKey, graceMs: number, now: number): boolean {
    const earlier = this.valid(now)
      .map((key) => ({ ...key, endsAt: Math.min(key.endsAt ?? Infinity, now + graceMs) }))
      .filter(({ endsAt }) => now < endsAt)
    if (earlier.length >= MAX_KEYS) return false
    this.keep([{ digest, hint, createdAt: now, endsAt: null }, ...earlier])
    return true
  }

  /** What a snapshot kept; null: only the chosen one. */
  keep(keys: readonly UserKey[] | null): void {
    this.#sql.exec('UPDATE user SET keys = ?', keys === null ? null : JSON.stringify(keys))
    this.#kept = keys
  }

  /** For a snapshot. */
  get kept(): readonly UserKey[] | null {
    return this.#kept
  }
}
