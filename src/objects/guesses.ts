import { DurableObject } from 'cloudflare:workers'

/** This many wrong keys at once may be a person who looks for the right one. */
const BURST = 10
/** The debt of one wrong key. Below a minute: SDKs and people wait that long by themselves. */
const EACH_MS = 30_000
/**
 * No debt is so large, unless the clock was ahead and was set back. It would shut the admin out for as long, so it is
 * taken for that of a full burst.
 */
const ABSURD_MS = 2 * BURST * EACH_MS
/** When all guesses are paid off, in epoch milliseconds. */
const PAID_AT = 'paid_at'

/**
 * The wrong keys that one client network sent to routes that take the master key: a leaky bucket. Each wrong key adds EACH_MS
 * of debt, which time pays off; at BURST × EACH_MS the network must wait. Requests refused meanwhile add nothing, so the wait
 * always ends. At zero debt the object deletes its storage.
 */
export class GuessesObject extends DurableObject<Env> {
  /**
   * Counts `wrong` wrong keys and returns 0. If the network must wait, it counts nothing and returns the wait in
   * milliseconds.
   */
  knock(wrong: number): number {
    const now = Date.now()
    const { storage } = this.ctx
    const kept = storage.kv.get<number>(PAID_AT) ?? 0
    const paidAt = kept > now + ABSURD_MS ? now + BURST * EACH_MS : Math.max(now, kept)
    if (kept > paidAt) storage.kv.put(PAID_AT, paidAt)
    const waitMs = Math.max(0, paidAt - now - (BURST - 1) * EACH_MS)
    if (waitMs > 0 || wrong === 0) return waitMs
    storage.kv.put(PAID_AT, paidAt + wrong * EACH_MS)
    this.ctx.waitUntil(storage.setAlarm(paidAt + wrong * EACH_MS))
    return 0
  }

  override async alarm(): Promise<void> {
    const paidAt = this.ctx.storage.kv.get<number>(PAID_AT) ?? 0
    // Another guess may have come just before this alarm.
    if (paidAt > Date.now()) await this.ctx.storage.setAlarm(paidAt)
    else await this.ctx.storage.deleteAll()
  }
}
