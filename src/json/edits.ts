import type { Span } from './value-spans.ts'

interface Edit extends Span {
  readonly by: string
}

/** Collects changes to a text, which must not overlap, and makes them all at once. */
export class Edits {
  readonly #edits: Edit[] = []

  replace({ start, end }: Span, by: string): void {
    this.#edits.push({ start, end, by })
  }

  insert(at: number, text: string): void {
    this.#edits.push({ start: at, end: at, by: text })
  }

  in(text: string): string {
    if (this.#edits.length === 0) return text
    let edited = ''
    let from = 0
    for (const { start, end, by } of this.#edits.toSorted(
      (one, other) => one.start - other.start,
    )) {
      edited += text.slice(from, start) + by
      from = end
    }
    return edited + text.slice(from)
  }
}
