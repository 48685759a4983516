import type { Failed } from './attempt.ts'

/** The first wait for quota or capacity that the whole ring lacks; each further one is twice as long. */
const FIRST_GAP_MS = 1000

/** A request that met nothing but 429s waits, and then tries all credentials once more. */
export class QuotaGap {
  #waitedMs = 0
  #gaps = 0
  #isOutOnly = true
  /** The shortest wait that Google asked for where the object holds no quota bucket closed for it. */
  #backInMs: number | null = null

  /** Whether Google has answered nothing but 429s. */
  get isOutOnly(): boolean {
    return this.#isOutOnly
  }

  met(failed: Failed): void {
    this.#isOutOnly &&= isOut(failed)
    const { verdict } = failed
    if (verdict.kind !== 'quota' || verdict.scope !== 'call') return
    this.#backInMs = Math.min(this.#backInMs ?? Infinity, verdict.retryAfterMs ?? 0)
  }

  /** How many of the `allowedMs` are left. */
  patienceMs(allowedMs: number): number {
    return Math.max(0, allowedMs - this.#waitedMs)
  }

  /** How long to wait before all are tried again; null if anything but 429s was met, or it exceeds `allowedMs`. */
  ms(allowedMs: number): number | null {
    if (!this.#isOutOnly) return null
    const grown = FIRST_GAP_MS * 2 ** this.#gaps * (0.75 + Math.random() / 4)
    const ms = Math.max(grown, this.#backInMs ?? 0)
    return ms > allowedMs ? null : ms
  }

  waited(ms: number): void {
    this.#waitedMs += ms
    this.#gaps++
    this.#backInMs = null
  }
}

/** A 429 about the account, or about what all accounts share. */
function isOut({ verdict, status }: Failed): boolean {
  // A hint about the quota of a day may say seconds (docs/google.md: Limits). Otherwise the object knows that.
  if (verdict.kind === 'quota') {
    return verdict.scope !== 'call' || !verdict.dimension.endsWith('_per_day')
  }
  return verdict.kind === 'upstream_fault' && verdict.reason === 'capacity' && status === 429
}
