import { GRACE_MS, LEASE_MS } from './lease-times.ts'
import { fromRow, type Life, type LifeRow, newLife, type PastLifeRow, toRow } from './lives.ts'

/** The lives of this object: the current one, and earlier ones whose leases may still be reported. */
export class Lives {
  readonly #sql: SqlStorage
  /** All leases are granted in this life. */
  readonly current = newLife(crypto.randomUUID().slice(0, 13))
  /** Those that were asked for. An object that often sleeps has a hundred, and nearly all reports are about the current one. */
  readonly #past = new Map<string, Life>()
  readonly #changed = new Set<Life>()

  /** `last`: the row of the life that wrote last, which is over now. */
  constructor(sql: SqlStorage, last: LifeRow | undefined) {
    this.#sql = sql
    if (last === undefined) return
    const life = fromRow(last, last.granted)
    this.#past.set(life.id, life)
    this.#changed.add(life)
  }

  /** The life with this id. An unknown one is created, since it may have died before it wrote anything. */
  of(id: string): Life {
    if (id === this.current.id) return this.current
    const known = this.#past.get(id)
    if (known !== undefined) return known
    const life = this.#stored(id) ?? newLife(id)
    this.#past.set(id, life)
    return life
  }

  #stored(id: string): Life | null {
    const [row] = this.#sql
      .exec<PastLifeRow>(
        'SELECT life, granted, open, lost_leases, metered FROM past_lives WHERE life = ?',
        id,
      )
      .toArray()
    return row === undefined ? null : fromRow(row, row.metered)
  }

  changed(life: Life): void {
    if (life !== this.current) this.#changed.add(life)
  }

  /** Writes the past lives that changed. `flushed` must be called once they are on disk. */
  flush(now: number): void {
    for (const life of this.#changed) {
      const row = toRow(life)
      this.#sql.exec(
        'INSERT OR REPLACE INTO past_lives (life, granted, open, lost_leases, metered, forget_at) VALUES (?, ?, ?, ?, ?, ?)',
        row.life,
        row.granted,
        row.open,
        row.lost_leases,
        life.metered,
        now + LEASE_MS + GRACE_MS,
      )
    }
  }

  flushed(): void {
    this.#changed.clear()
  }

  /** Forgets lives about which no report can come any more. */
  prune(now: number): void {
    const forgotten = this.#sql.exec<{ life: string }>(
      'DELETE FROM past_lives WHERE forget_at < ? RETURNING life',
      now,
    )
    for (const { life } of forgotten) this.#past.delete(life)
  }
}
