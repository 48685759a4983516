/** A key that is valid for the user. Times are epoch milliseconds. */
export interface UserKey {
  /** SHA-256 in hex. For a chosen key this is the user's id. */
  readonly digest: string
  /** The last characters of a minted key. */
  readonly hint: string | null
  /** Null: as old as the user. */
  readonly createdAt: number | null
  /** Null: valid for as long as the user exists. */
  readonly endsAt: number | null
}

/** A key that was just minted, as the user's object learns of it. */
export interface NewKey {
  readonly digest: string
  readonly hint: string
}

/** How many keys may be valid at the same time: the current one, and earlier ones in their grace. */
export const MAX_KEYS = 5

/**
 * Which keys are valid for the user: the current one, and earlier ones whose grace has not ended. Only digests are
 * stored, never keys. A chosen key is not stored at all while it is the only one, since its digest is the user's id.
 */
export class UserKeys {
  readonly #sql: SqlStorage
  readonly #chosen: UserKey
  /** The newest first; null: only the chosen key. */
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
   * The valid key with this digest; undefined if there is none. A plain comparison is safe: the common beginning of
   * two digests tells nothing about the keys.
   */
  find(digest: string, now: number): UserKey | undefined {
    return this.valid(now).find((key) => key.digest === digest)
  }

  isCurrent(digest: string): boolean {
    const [current] = this.#kept ?? [this.#chosen]
    return current !== undefined && current.digest === digest
  }

  /**
   * Makes this the current key. Every earlier one ends with the grace, or sooner if its end was already set: a grace
   * is never extended. False if too many keys would be valid then.
   */
  replace({ digest, hint }: NewKey, graceMs: number, now: number): boolean {
    const earlier = this.valid(now)
      .map((key) => ({ ...key, endsAt: Math.min(key.endsAt ?? Infinity, now + graceMs) }))
      .filter(({ endsAt }) => now < endsAt)
    if (earlier.length >= MAX_KEYS) return false
    this.keep([{ digest, hint, createdAt: now, endsAt: null }, ...earlier])
    return true
  }

  /** Puts back what a snapshot held; null: only the chosen key. */
  keep(keys: readonly UserKey[] | null): void {
    this.#sql.exec('UPDATE user SET keys = ?', keys === null ? null : JSON.stringify(keys))
    this.#kept = keys
  }

  /** The stored keys, for a snapshot; null: only the chosen key. */
  get kept(): readonly UserKey[] | null {
    return this.#kept
  }
}
