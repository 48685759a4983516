import { MINUTE_MS, HOUR_MS } from '../json/time.ts'
import { logError } from '../http/log.ts'
import { CHECKPOINT_AFTER_MS } from './ledger/lease-times.ts'
import { parseSnapshot, snapshotKey, snapshotOf } from './recovery/snapshot.ts'
import type { OwnEntry } from './directory/own-entry.ts'
import type { FilesObject } from './files.ts'
import type { ResponsesObject } from './responses.ts'
import type { UserState } from './state.ts'
import { TOTALS_NAME, type TotalsObject } from './totals.ts'
import { pushOf, versionOf } from './totals/push-of.ts'

/** Settlements that arrive within this time of each other are committed together. */
const SETTLE_WINDOW_MS = 25
/** KV accepts one write a second for each key, so changes of the configuration within this time become one write. */
const SNAPSHOT_DELAY_MS = 1000
/** Changes within this time are reported to the totals object together. */
const PUSH_DELAY_MS = 1000
const MAX_PUSH_DOUBLINGS = 6
const MAX_SNAPSHOT_DELAY_MS = 10 * MINUTE_MS
/** How often rows are deleted that nobody can ask for any more. */
const PRUNE_EVERY_MS = HOUR_MS

/** What the alarm's work needs outside of the object. */
export interface Outside {
  readonly SNAPSHOTS: KVNamespace
  readonly RESPONSES: DurableObjectNamespace<ResponsesObject>
  readonly FILES?: DurableObjectNamespace<FilesObject>
  readonly TOTALS: DurableObjectNamespace<TotalsObject>
}

/**
 * What the object does besides answering: it commits settlements in groups, writes long leases to disk, and keeps its
 * one alarm.
 */
export class Chores {
  readonly #ctx: DurableObjectState
  readonly #state: UserState
  #flushing: Promise<void> | null = null
  #checkpoint: AbortController | null = null
  #alarmAt: number | null = null
  #snapshotFailures = 0
  readonly #pushEveryMs: number
  /** From when on the totals object may be told again, in epoch milliseconds. */
  #pushFrom: number
  #pushFailures = 0
  /** The version of the ledger that was reported last. */
  #pushedUse: number

  constructor(ctx: DurableObjectState, state: UserState, pushEveryMs: number) {
    this.#pushEveryMs = pushEveryMs
    this.#pushedUse = state.ledger.version
    const { pushedAt } = state.profile
    this.#pushFrom = pushedAt === 0 ? 0 : pushedAt + pushEveryMs
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

  /** Writes all changes or none. If it fails, the next flush tries again. */
  flush(): void {
    const now = Date.now()
    const { ledger, credentials, profile, signatures } = this.#state
    if (ledger.isChanged || credentials.isChanged || profile.isChanged || signatures.isChanged) {
      this.#ctx.storage.transactionSync(() => {
        ledger.flush(now)
        credentials.flush()
        profile.flush()
        signatures.flush()
        if (now >= profile.prunedAt + PRUNE_EVERY_MS) this.#prune(now)
      })
      ledger.flushed()
      credentials.flushed()
      profile.flushed()
      signatures.flushed()
      this.pushLater()
    }
    // A running timer keeps an idle object awake, so it is stopped when there is nothing left to write.
    if (!ledger.hasUnwritten()) this.#checkpoint?.abort()
  }

  /** Pruning happens with the traffic and not by alarm: without traffic no rows are added. */
  #prune(now: number): void {
    this.#state.profile.pruned(now)
    this.#state.ledger.prune(now)
    this.#state.buckets.prune(now)
    this.#state.faults.prune(now)
    this.#state.signatures.prune(now)
    this.#state.pins.prune(now)
  }

  /** Has long attempts written to disk. Short ones never are. */
  checkpointLater(): void {
    if (this.#checkpoint !== null) return
    const timer = new AbortController()
    this.#checkpoint = timer
    const due = scheduler.wait(CHECKPOINT_AFTER_MS, { signal: timer.signal }).then(
      () => this.#state.ledger.checkpoint(Date.now()),
      () => undefined, // aborted by `flush`: there is nothing left to write
    )
    this.#ctx.waitUntil(due.then(() => this.#checkpointed()))
  }

  #checkpointed(): void {
    this.#checkpoint = null
    const { ledger } = this.#state
    this.flush()
    const deadline = ledger.nextDeadline()
    if (deadline !== null) this.#wakeBy(deadline)
    if (ledger.hasUnwritten()) this.checkpointLater()
  }

  /** Has the totals object told of changes a moment later, and then not again for a while. Nobody waits for it. */
  pushLater(): void {
    if (this.#pushIsDue()) this.#wakeBy(this.#pushAt())
  }

  #pushIsDue(): boolean {
    return this.#state.profile.pushedVersion < versionOf(this.#state)
  }

  #pushAt(): number {
    return Math.max(this.#pushFrom, Date.now() + PUSH_DELAY_MS)
  }

  /** After an upgrade or a failed alarm the snapshot is outdated. It is written now instead of at the next change. */
  goOn(): void {
    if (this.#state.profile.snapshotDue()) this.#wakeBy(Date.now() + SNAPSHOT_DELAY_MS)
  }

  /**
   * The alarm is set in the commit of the act itself: an object that dies just after it may not wake for weeks, and
   * nothing else would write the snapshot.
   */
  snapshotLater(): void {
    const due = Math.min(Date.now() + SNAPSHOT_DELAY_MS, this.#nextDue(), this.#alarmAt ?? Infinity)
    this.#alarmAt = due
    this.#ctx.waitUntil(this.#set(due))
  }

  /**
   * The alarm's work: counts lost leases and writes a snapshot. The platform may run it more than once, so all of it
   * is idempotent.
   */
  async alarm(userId: string, outside: Outside, entry: OwnEntry): Promise<void> {
    this.#alarmAt = null
    const { profile, ledger } = this.#state
    ledger.sweep(Date.now())
    this.flush()
    if (profile.snapshotDue()) await this.#writeSnapshot(userId, outside, entry)
    if (this.#pushIsDue() && Date.now() >= this.#pushFrom) await this.#push(userId, outside.TOTALS)
    const due = this.#nextDue()
    if (due !== Infinity) this.#wakeBy(due)
  }

  /**
   * Counts are absolute, so reporting them twice counts nothing twice, and the next push makes up for a failed one.
   * The error ends here: the platform gives up an alarm that throws several times, and the totals would then stay
   * outdated.
   */
  async #push(userId: string, totals: Outside['TOTALS']): Promise<void> {
    const useVersion = this.#state.ledger.version
    const push = pushOf(userId, this.#state, Date.now())
    const failed = this.#pushEveryMs * 2 ** Math.min(this.#pushFailures, MAX_PUSH_DOUBLINGS)
    this.#pushFrom = Date.now() + failed
    try {
      await totals.getByName(TOTALS_NAME).push(push)
      this.#pushFailures = 0
      // Changes by admins are rare, and must not delay the next push of use.
      const isOfUse = this.#pushedUse !== useVersion
      const now = Date.now()
      this.#pushFrom = isOfUse ? now + this.#pushEveryMs : 0
      this.#pushedUse = useVersion
      this.#state.profile.pushed(push.version, isOfUse ? now : 0)
    } catch (error) {
      this.#pushFailures++
      logError('push_failed', { user: userId, error: String(error) })
    }
  }

  /**
   * Has KV and the directory say what holds now, and what else was kept for a deleted user go. Repeated until all of it
   * is done: as long as the written version is behind, the next alarm is set, with backoff.
   */
  async #writeSnapshot(
    userId: string,
    { SNAPSHOTS, RESPONSES, FILES }: Outside,
    entry: OwnEntry,
  ): Promise<void> {
    const { profile } = this.#state
    const version = profile.configVersion
    const text = snapshotOf(userId, this.#state)
    try {
      // A snapshot that cannot be read must not replace the last one that can.
      if (parseSnapshot(text) === null) throw new Error('The snapshot cannot be read back.')
      await SNAPSHOTS.put(snapshotKey(userId), text, { metadata: { version } })
      // The act that deleted the user has already done this, unless it was interrupted.
      if (profile.isDeleted) {
        await RESPONSES.getByName(userId).clear()
        await FILES?.getByName(userId).clear()
      }
      await entry.tell(this.#state)
      this.#snapshotFailures = 0
      profile.snapshotWritten(version)
    } catch (error) {
      this.#snapshotFailures++
      logError('snapshot_failed', { user: userId, error: String(error) })
    }
  }

  /**
   * One alarm serves everything that is due later. It is only ever moved to an earlier time; its handler finds out
   * what comes next.
   */
  #wakeBy(at: number): void {
    // After a restart nobody knows what the alarm was set for, so it must not be moved beyond anything that is still
    // due.
    const known = this.#alarmAt
    const due = known === null ? Math.min(at, this.#nextDue()) : at
    if (known !== null && known <= due) return
    this.#alarmAt = due
    // Not awaited: whatever the alarm is for is on disk, and is found again when the object wakes next.
    this.#ctx.waitUntil(known === null ? this.#setUnlessSooner(due) : this.#set(due))
  }

  /** An alarm that was set before the object slept costs nothing; to set it again costs two commits. */
  async #setUnlessSooner(due: number): Promise<void> {
    const at = await this.#ctx.storage.getAlarm()
    if (at === null || at > due) await this.#set(due)
  }

  #set(due: number): Promise<void> {
    return this.#ctx.storage.setAlarm(due, { allowUnconfirmed: true })
  }

  #nextDue(): number {
    const { profile, ledger } = this.#state
    const delay = Math.min(SNAPSHOT_DELAY_MS * 2 ** this.#snapshotFailures, MAX_SNAPSHOT_DELAY_MS)
    const snapshot = profile.snapshotDue() ? Date.now() + delay : Infinity
    const push = this.#pushIsDue() ? this.#pushAt() : Infinity
    return Math.min(snapshot, push, ledger.nextDeadline() ?? Infinity)
  }
}
