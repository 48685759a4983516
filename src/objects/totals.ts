import { HOUR_MS } from '../json/time.ts'
import { DurableObject } from 'cloudflare:workers'
import { DIRECTORY_NAME } from './directory.ts'
import type { PeopleChanges } from './directory/people.ts'
import { prune, take } from './totals/take-push.ts'
import { type Listed, type ListQuery, listOf, peopleIn } from './totals/listing.ts'
import { attentionOf, type OverviewTold, ringsOf } from './totals/overview.ts'
import { metricsOf } from './totals/metrics.ts'
import { VERSION } from '../version.ts'
import { Alerts, GATHER_MS, type Receiver } from './totals/alerts.ts'
import type { Condition } from './totals/conditions.ts'
import type { Push, UserSummary } from './totals/push.ts'
import { readSettings } from '../settings.ts'
import { makeTables } from './totals/tables.ts'
import { usageOfAll } from './totals/usage-of-all.ts'
import type { UsageQuery, UsageTold } from './views/usage-lines.ts'

/** Name of the only totals object. There may be shards later. */
export const TOTALS_NAME = 'totals-0'

/** How often hours and days past their age are deleted. */
const PRUNE_EVERY_MS = HOUR_MS

/**
 * The sums over all users, and each user's state, as the users' objects report them by alarm. So looking at all users
 * wakes none of them, and an idle user costs nothing. Only admins and scrapers ask it.
 */
export class TotalsObject extends DurableObject<Env> {
  readonly #alerts: Alerts
  #pruneAt = 0

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    makeTables(ctx.storage.sql)
    this.#alerts = new Alerts(ctx.storage.sql)
  }

  /** Takes a push from a user's object; false if it knew all of it. Idempotent by life and version. */
  push(push: Push): boolean {
    const now = Date.now()
    const receiver = this.#receiver()
    const before = receiver === null ? [] : this.#conditionsOf(push.user)
    let isToTell = false
    const isNew = this.ctx.storage.transactionSync(() => {
      if (now >= this.#pruneAt) prune(this.ctx.storage.sql, now)
      this.#pruneAt = Math.max(this.#pruneAt, now + PRUNE_EVERY_MS)
      const taken = take(this.ctx.storage.sql, push, now)
      const { label, conditions = [] } = push.summary
      if (receiver === null || !taken || push.isDeleted) return taken
      isToTell = this.#alerts.note({ id: push.user, label }, before, conditions, now)
      return taken
    })
    if (isToTell) this.ctx.waitUntil(this.#tellBy(now + GATHER_MS))
    return isNew
  }

  /** Sends waiting alerts to the operator's webhook. Tries again later if it does not answer. */
  override async alarm(): Promise<void> {
    const receiver = this.#receiver()
    if (receiver === null) return
    const next = await this.#alerts.deliver(receiver, Date.now())
    if (next !== null) await this.ctx.storage.setAlarm(next)
  }

  async #tellBy(at: number): Promise<void> {
    const due = await this.ctx.storage.getAlarm()
    if (due === null || due > at) await this.ctx.storage.setAlarm(at)
  }

  /** Null if no webhook is configured, or there is no secret to sign with. */
  #receiver(): Receiver | null {
    const settings = readSettings(this.env)
    const { ALERT_WEBHOOK_SECRET: secret = '' } = this.env as {
      readonly ALERT_WEBHOOK_SECRET?: string
    }
    if (!settings.ok || settings.settings.alertWebhookUrl === '' || secret.trim() === '')
      return null
    const send = (request: Request): Promise<Response> => fetch(request)
    return { url: settings.settings.alertWebhookUrl, secret: secret.trim(), send }
  }

  #conditionsOf(user: string): readonly Condition[] {
    const [row] = this.ctx.storage.sql
      .exec<{ summary: string | null }>('SELECT summary FROM told WHERE user_id = ?', user)
      .toArray()
    const { conditions = [] } = JSON.parse(row?.summary ?? '{}') as Partial<UserSummary>
    return conditions
  }

  /** A page of users: names as of now, everything else as last reported. */
  async list(query: ListQuery): Promise<Listed> {
    await this.#follow()
    return listOf(peopleIn(this.ctx.storage.sql, query.q), query, Date.now())
  }

  /** A page of users, the state of all rings and the use of all users, in one request. */
  async overview(query: ListQuery, use: UsageQuery): Promise<OverviewTold> {
    await this.#follow()
    const { sql } = this.ctx.storage
    const now = Date.now()
    const everybody = peopleIn(sql, null)
    const found = query.q === null ? everybody : peopleIn(sql, query.q)
    return {
      ...listOf(found, query, now),
      rings: ringsOf(everybody, now),
      attention: attentionOf(everybody),
      use: usageOfAll(sql, use),
    }
  }

  /** What all users used, by the time at which their objects reported it. */
  usage(query: UsageQuery): UsageTold {
    return usageOfAll(this.ctx.storage.sql, query)
  }

  /** Text for Prometheus. */
  metrics(): string {
    return metricsOf(this.ctx.storage.sql, VERSION, Date.now())
  }

  /** Catches up with the directory, which knows the users. */
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
