import { CHECKPOINT_AFTER_MS } from './ledger.ts'
import { snapshotKey, snapshotOf } from './snapshot.ts'
import type { UserState } from './state.ts'

/** Settlements that arrive within this time of each other are committed together. */
const SETTLE_WINDOW_MS = 2
/** Changes of the configuration that follow each other are one write to KV, which takes one a second per key. */
const SNAPSHOT_DELAY_MS = 1000
/** How often rows that nobody can ask for any more are looked for. */
const PRUNE_EVERY_MS = 60 * 60_000

/** What the object does beside answering: commits settlements in groups, writes long leases down, keeps the one alarm. */
export class Chores {
  readonly #ctx: DurableObjectState
  readonly #state: UserState
  #flushing: Promise<void> | null = null
  #checkpoint: AbortController | null = null
  #alarmAt: number | null = null

  constructor(ctx: DurableObjectState, state: UserState) {
    this.#ctx = ctx
    this.#state = state
  }

  /** One commit for all settlements that arrive in the window; resolves when the ledger's rows are written. */
  flushSoon(): Promise<void> {
    this.#flushing ??= scheduler.wait(SETTLE_WINDOW_MS).then(() => {
      this.#flushing = null
      this.flush()
    })
    return this.#flushing
  }

  flush(): void {
    const now = Date.now()
    if (this.#state.ledger.flush(now)) this.#wakeBy(now + PRUNE_EVERY_MS)
    // A timer that is left to run keeps an idle object awake.
    if (this.#state.ledger.openCount() === 0) this.#checkpoint?.abort()
  }

  /** Long attempts are written down; short ones never are. */
  checkpointLater(): void {
    if (this.#checkpoint !== null) return
    const timer = new AbortController()
    this.#checkpoint = timer
    const due = scheduler.wait(CHECKPOINT_AFTER_MS, { signal: timer.signal }).then(
      () => true,
      () => false, // ended by `flush`: nothing is open any more
    )
    this.#ctx.waitUntil(due.then((elapsed) => this.#checkpointed(elapsed)))
  }

  #checkpointed(elapsed: boolean): void {
    this.#checkpoint = null
    const { ledger } = this.#state
    if (elapsed) ledger.checkpoint(Date.now())
    const deadline = ledger.nextDeadline()
    if (deadline === null) return
    if (elapsed) this.#wakeBy(deadline)
    this.checkpointLater()
  }

  snapshotLater(): void {
    this.#wakeBy(Date.now() + SNAPSHOT_DELAY_MS)
  }

  /** The alarm's work: leases to count as lost, rows to forget, a snapshot to write. At least once, so all of it is idempotent. */
  async alarm(userId: string, snapshots: KVNamespace): Promise<void> {
    this.#alarmAt = null
    const { profile, buckets, faults, ledger } = this.#state
    const now = Date.now()
    ledger.sweep(now)
    this.flush()
    ledger.prune(now)
    buckets.prune(now)
    faults.prune(now)
    if (profile.snapshotDue()) await this.#writeSnapshot(userId, snapshots)
    const due = this.#nextDue()
    if (due !== Infinity) this.#wakeBy(due)
  }

  async #writeSnapshot(userId: string, snapshots: KVNamespace): Promise<void> {
    const { profile, credentials } = this.#state
    const version = profile.configVersion
    const text = snapshotOf({ userId, createdAt: profile.createdAt, version }, credentials)
    try {
      await snapshots.put(snapshotKey(userId), text, { metadata: { version } })
    } catch (error) {
      console.error({ event: 'snapshot_failed', user: userId, error: String(error) })
      throw error // the runtime repeats an alarm that fails, with backoff; the version stays behind until it lands
    }
    profile.snapshotWritten(version)
  }

  /** One alarm serves all that is due later; it is only ever moved forward, and its handler works out what comes next. */
  #wakeBy(at: number): void {
    // After a restart nobody remembers what the alarm was set for: it must not be moved past anything that is outstanding.
    const known = this.#alarmAt
    const due = known === null ? Math.min(at, this.#nextDue()) : at
    if (known !== null && known <= due) return
    this.#alarmAt = due
    // Nobody waits for it: whatever it is for is on disk already, and is found again with the next wake.
    this.#ctx.waitUntil(this.#ctx.storage.setAlarm(due, { allowUnconfirmed: true }))
  }

  #nextDue(): number {
    const { profile, ledger } = this.#state
    const snapshot = profile.snapshotDue() ? Date.now() + SNAPSHOT_DELAY_MS : Infinity
    return Math.min(snapshot, ledger.nextDeadline() ?? Infinity)
  }
}
