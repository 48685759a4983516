/**
 * Things that each belong to one project, kept by name until they expire. Lists start with the newest, page by page.
 */
export interface Owned {
  readonly name: string
  readonly owner: string
  readonly createdAt: number
  expiresAt: number
}

const DEFAULT_PAGE = 50

export class Shelf<Thing extends Owned> {
  readonly #things = new Map<string, Thing>()

  put(thing: Thing): void {
    this.#things.set(keyOf(thing), thing)
  }

  /** Undefined also for things that belong to others or have expired: Google answers as if they had never existed. */
  get(name: string, owner: string, now: number): Thing | undefined {
    const found = this.#things.get(keyOf({ name, owner }))
    return found && now < found.expiresAt ? found : undefined
  }

  /** The thing of any owner, for the control plane. */
  any(name: string): Thing | undefined {
    return [...this.#things.values()].find((thing) => thing.name === name)
  }

  remove(thing: Thing): void {
    this.#things.delete(keyOf(thing))
  }

  page(
    owner: string,
    now: number,
    query: URLSearchParams,
  ): { things: Thing[]; nextPageToken?: string } {
    const own = [...this.#things.values()]
      .filter((thing) => thing.owner === owner && now < thing.expiresAt)
      .toReversed()
    const size = Math.max(1, Number(query.get('pageSize')) || DEFAULT_PAGE)
    const start = Number(query.get('pageToken')) || 0
    const things = own.slice(start, start + size)
    return start + size < own.length ? { things, nextPageToken: String(start + size) } : { things }
  }

  clear(): void {
    this.#things.clear()
  }
}

/** Two projects may each have a file of the same name. */
function keyOf({ name, owner }: Pick<Owned, 'name' | 'owner'>): string {
  return `${owner} ${name}`
}
