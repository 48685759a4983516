import { DurableObject } from 'cloudflare:workers'

/** So many wrong keys at once are a person who looks for the right one. */
const BURST = 10
/** And one more each time that this has passed. Below a minute: SDKs and people wait so long by themselves. */
const EACH_MS = 30_000
/** Until when all guesses are paid off, in epoch milliseconds. */
const PAID_AT = 'paid_at'

/**
 * The wrong keys that came from one client address to routes that take the master key. Each is paid off in EACH_MS; while BURST
 * are not, nothing more is taken from there. What waits does not count, so that waiting always ends. When all is paid off,
 * nothing is left of it.
 */
export class GuessesObject extends DurableObject<Env> {
  /** Counts so many wrong keys; how long the address has to wait instead, in milliseconds, or 0. */
  knock(wrong: number): number {
    const now = Date.now()
    const { storage } = this.ctx
    const paidAt = Math.max(now, storage.kv.get<number>(PAID_AT) ?? 0)
    const waitMs = Math.max(0, paidAt - now - (BURST - 1) * EACH_MS)
    if (waitMs > 0 || wrong === 0) return waitMs
    storage.kv.put(PAID_AT, paidAt + wrong * EACH_MS)
    this.ctx.waitUntil(storage.setAlarm(paidAt + wrong * EACH_MS))
    return 0
  }

  override async alarm(): Promise<void> {
    const paidAt = this.ctx.storage.kv.get<number>(PAID_AT) ?? 0
    // One more may have come while this one was due.
    if (paidAt > Date.now()) await this.ctx.storage.setAlarm(paidAt)
    else await this.ctx.storage.deleteAll()
  }
}
