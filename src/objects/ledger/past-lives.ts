import { GRACE_MS, LEASE_MS } from './lease-times.ts'
import { fromRow, type Life, type LifeRow, newLife, toRow } from './lives.ts'

/** The lives of this object: the one that it has now, and earlier ones of whose leases a report may still arrive. */
export class Lives {
  readonly #sql: SqlStorage
  /** Leases are granted in this one alone. */
  readonly current = newLife(crypto.randomUUID().slice(0, 13))
  readonly #past = new Map<string, Life>()
  readonly #changed = new Set<Life>()

  /** `last`: the row of the life that wrote last, which is past now. */
  constructor(sql: SqlStorage, last: LifeRow | undefined) {
    this.#sql = sql
    for (const row of sql.exec<LifeRow>(
      'SELECT life, granted, open, lost_leases FROM past_lives',
    )) {
      this.#past.set(row.life, fromRow(row))
    }
    if (last === undefined) return
    const life = fromRow(last)
    this.#past.set(life.id, life)
    this.#changed.add(life)
  }

  /** The life of this id; one of which nothing was written is known from now on. */
  of(id: string): Life {
    if (id === this.current.id) return this.current
    const known = this.#past.get(id)
    if (known !== undefined) return known
    const life = newLife(id)
    this.#past.set(id, life)
    return life
  }

  changed(life: Life): void {
    if (life !== this.current) this.#changed.add(life)
  }

  /** Writes the past lives that changed; `flushed` afterwards, once they are on disk. */
  flush(now: number): void {
    for (const life of this.#changed) {
      const row = toRow(life)
      this.#sql.exec(
        'INSERT OR REPLACE INTO past_lives (life, granted, open, lost_leases, forget_at) VALUES (?, ?, ?, ?, ?)',
        row.life,
        row.granted,
        row.open,
        row.lost_leases,
        now + LEASE_MS + GRACE_MS,
      )
    }
  }

  flushed(): void {
    this.#changed.clear()
  }

  /** Forgets lives that no report can be about any more. */
  prune(now: number): void {
    const forgotten = this.#sql.exec<{ life: string }>(
      'DELETE FROM past_lives WHERE forget_at < ? RETURNING life',
      now,
    )
    for (const { life } of forgotten) this.#past.delete(life)
  }
}
