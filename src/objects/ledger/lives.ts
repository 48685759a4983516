/**
 * Recognises a repeated report without storing the ids of settled leases, even after a restart. A life of the object
 * (from waking to the loss of its memory) numbers its leases from 1. A number up to `granted` that is not in `open`
 * was settled. So two numbers and a short list are enough, for as long as a report can still arrive.
 */
export interface Life {
  readonly id: string
  /** Leases 1 to `granted` were granted in this life. */
  granted: number
  /** Leases up to this number are in the limits' counts on disk, which are written together with `granted`. */
  readonly metered: number
  readonly open: Set<number>
  /** Leases that were counted as lost, which a late true report may amend. */
  readonly lost: Set<number>
}

export function newLife(id: string): Life {
  return { id, granted: 0, metered: 0, open: new Set(), lost: new Set() }
}

export function leaseId(life: Life, number: number): string {
  return `${life.id}.${number}`
}

/** The life and the number in a lease id that `leaseId` made. */
export function parseLeaseId(id: string): { life: string; number: number } {
  const dot = id.lastIndexOf('.')
  return { life: id.slice(0, dot), number: Number(id.slice(dot + 1)) }
}

/** `unknown`: a past life granted it after its last write, so nobody can have settled it. */
export function stateOf(life: Life, number: number): 'open' | 'lost' | 'settled' | 'unknown' {
  if (number > life.granted) return 'unknown'
  if (life.open.has(number)) return 'open'
  return life.lost.has(number) ? 'lost' : 'settled'
}

export function close(life: Life, number: number): void {
  // A past life granted these numbers after its last write. As far as anybody knows, those leases are open.
  while (life.granted < number) life.open.add(++life.granted)
  life.open.delete(number)
  life.lost.delete(number)
}

export type LifeRow = { life: string; granted: number; open: string; lost_leases: string }
export type PastLifeRow = LifeRow & { metered: number }

export function toRow(life: Life): LifeRow {
  return {
    life: life.id,
    granted: life.granted,
    open: JSON.stringify([...life.open]),
    lost_leases: JSON.stringify([...life.lost]),
  }
}

export function fromRow(row: LifeRow, metered: number): Life {
  return {
    id: row.life,
    granted: row.granted,
    metered,
    open: new Set(JSON.parse(row.open) as number[]),
    lost: new Set(JSON.parse(row.lost_leases) as number[]),
  }
}
