import type { OpenLease } from './open-leases.ts'

/** The longest that an attempt may take; the Worker ends a stream before. */
export const LEASE_MS = 15 * 60_000
/** A Worker says of a long attempt that it goes on, this often. */
export const RENEW_EVERY_MS = 15_000
/**
 * A lease that is not renewed for this long has lost its Worker: its place is free again within the minute, and a late report
 * still counts.
 */
export const LAPSE_MS = 50_000
/**
 * How long after its deadline a lease may still be settled. A later report cannot be told from a repeated one, and is not
 * counted.
 */
export const GRACE_MS = 5 * 60_000
/** Leases open for longer are written down, so that they are counted as lost even if this object dies with their Worker. */
export const CHECKPOINT_AFTER_MS = 10_000

/** When an open lease is taken for lost if nothing more is heard of it, in epoch milliseconds. */
export function endOf({ deadline, renewedAt }: OpenLease): number {
  return Math.min(deadline, renewedAt + LAPSE_MS)
}
