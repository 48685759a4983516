/**
 * Counts of events by Pollux's own names: turns of the ring by cause, refusals by limit. Stored in the ledger's own
 * row.
 */
export class Tallies {
  readonly #counts: Record<string, number>

  constructor(kept: string | undefined) {
    this.#counts = JSON.parse(kept ?? '{}') as Record<string, number>
  }

  add(name: string): void {
    this.#counts[name] = (this.#counts[name] ?? 0) + 1
  }

  all(): Readonly<Record<string, number>> {
    return this.#counts
  }

  text(): string {
    return JSON.stringify(this.#counts)
  }
}
