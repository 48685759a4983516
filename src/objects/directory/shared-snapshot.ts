import { parsed } from '../../json/parsed.ts'
import type { Price } from '../../wire/prices.ts'
import type { Plans } from './plans.ts'
import type { SharedSettings } from './shared.ts'

/** The KV key of what admins set for many users. */
export const SHARED_KEY = 'shared'

/** Plans and prices, as admins gave them. */
export interface SharedSnapshot {
  readonly plans: readonly { readonly name: string; readonly settings: object }[]
  readonly prices: readonly Price[]
  /** The snapshot that an earlier storage of the directory left, as long as it was not restored. */
  readonly before?: unknown
}

const CHANGED = 'shared_changed'
const WRITTEN = 'shared_written'
const BEFORE = 'shared_before'

/**
 * Whether KV has what admins set for many users. Danger: without it a restore would bring users back whose plan
 * nobody knows, and its limits would not hold.
 */
export class SharedRecovery {
  readonly #kv: SyncKvStorage
  readonly #plans: Plans
  readonly #shared: SharedSettings

  constructor(kv: SyncKvStorage, plans: Plans, shared: SharedSettings) {
    this.#kv = kv
    this.#plans = plans
    this.#shared = shared
    // Set by an earlier version, which kept nothing of it.
    const { plans: all, prices } = this.#snapshot()
    if (this.#changes === 0 && all.length + prices.length > 0) this.changed()
  }

  /** To be called in the step that changes a plan or the prices. */
  changed(): void {
    this.#kv.put(CHANGED, this.#changes + 1)
  }

  get isDue(): boolean {
    return this.#changes > (this.#kv.get<number>(WRITTEN) ?? 0)
  }

  /** What KV had is restored, so what is deleted from now on stays away. */
  restored(): void {
    this.#kv.delete(BEFORE)
    this.#kv.put(WRITTEN, this.#kv.get<number>(WRITTEN) ?? 0)
  }

  /**
   * Throws if KV does not take it; then it is still due. Danger: after a loss of the storage admins may set something
   * before they restore, and the first write must not take the place of all that was lost.
   */
  async write(snapshots: KVNamespace): Promise<void> {
    if (this.#kv.get(WRITTEN) === undefined) {
      const before = await snapshots.get(SHARED_KEY)
      // Restored meanwhile, it is no more needed.
      if (this.#kv.get(WRITTEN) === undefined) {
        if (before !== null) this.#kv.put(BEFORE, before)
        this.#kv.put(WRITTEN, 0)
      }
    }
    const changes = this.#changes
    await snapshots.put(SHARED_KEY, JSON.stringify(this.#snapshot()))
    this.#kv.put(WRITTEN, changes)
  }

  get #changes(): number {
    return this.#kv.get<number>(CHANGED) ?? 0
  }

  #snapshot(): SharedSnapshot {
    const before = this.#kv.get<string>(BEFORE)
    return {
      plans: this.#plans.all().map(({ name, wire }) => ({ name, settings: wire })),
      prices: this.#shared.current().prices ?? [],
      ...(before !== undefined && { before: parsed(before) }),
    }
  }
}
