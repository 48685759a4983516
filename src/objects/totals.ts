import { DurableObject } from 'cloudflare:workers'
import { DIRECTORY_NAME } from './directory.ts'
import type { PeopleChanges } from './directory/cards.ts'
import { prune, take } from './totals/adding.ts'
import { type Listed, type ListQuery, listOf } from './totals/listing.ts'
import { metricsOf } from './totals/metrics.ts'
import { VERSION } from '../version.ts'
import type { Push } from './totals/push.ts'
import { makeTables } from './totals/tables.ts'
import { usageOfAll } from './totals/using.ts'
import type { UsageQuery, UsageTold } from './views/usage-lines.ts'

/** The one totals object's name; there may be shards later. */
export const TOTALS_NAME = 'totals-0'

/** How often hours and days past their age are looked for. */
const PRUNE_EVERY_MS = 60 * 60_000

/**
 * The sums over all users, and how each stands, as the users' objects tell it by alarm. So a look at all of them wakes none of
 * them, and an idle one costs nothing. Beside pushes it is asked by admins and scrapers only.
 */
export class TotalsObject extends DurableObject<Env> {
  #pruneAt = 0

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    makeTables(ctx.storage.sql)
  }

  /** Takes what a user's object tells; false where it knew that. Idempotent by life and version. */
  push(push: Push): boolean {
    const now = Date.now()
    return this.ctx.storage.transactionSync(() => {
      if (now >= this.#pruneAt) prune(this.ctx.storage.sql, now)
      this.#pruneAt = Math.max(this.#pruneAt, now + PRUNE_EVERY_MS)
      return take(this.ctx.storage.sql, push, now)
    })
  }

  /** A page of the users there are: who and how they are called as of now, the rest as it was told last. */
  async list(query: ListQuery): Promise<Listed> {
    await this.#follow()
    return listOf(this.ctx.storage.sql, query, Date.now())
  }

  /** What all users used, by the time at which their objects told it. */
  usage(query: UsageQuery): UsageTold {
    return usageOfAll(this.ctx.storage.sql, query)
  }

  /** Prometheus's text. */
  metrics(): string {
    return metricsOf(this.ctx.storage.sql, VERSION, Date.now())
  }

  /** Reads up what has changed in the directory, which knows who there is. */
  async #follow(): Promise<void> {
    const { sql } = this.ctx.storage
    for (;;) {
      const [row] = sql.exec<{ seq: number }>('SELECT seq FROM read_up_to').toArray()
      const known = row?.seq ?? 0
      const { changes, seq } =
        await this.env.DIRECTORY.getByName(DIRECTORY_NAME).changesAfter(known)
      if (changes.length === 0) return
      this.ctx.storage.transactionSync(() => this.#apply({ changes, seq }))
    }
  }

  #apply({ changes, seq }: PeopleChanges): void {
    const { sql } = this.ctx.storage
    for (const { user, entry } of changes) {
      if (entry === null) sql.exec('DELETE FROM people WHERE user_id = ?', user)
      else {
        sql.exec(
          'INSERT OR REPLACE INTO people (user_id, created_at, card, label) VALUES (?, ?, ?, ?)',
          user,
          entry.createdAt,
          entry.card === null ? null : JSON.stringify(entry.card),
          entry.card?.label ?? null,
        )
      }
    }
    sql.exec('INSERT OR REPLACE INTO read_up_to (only_row, seq) VALUES (1, ?)', seq)
  }
}
