import { MINUTE_MS } from '../../json/time.ts'
import type { OpenLease } from './open-leases.ts'

/** The longest that an attempt may take. The Worker ends a stream before that. */
export const LEASE_MS = 15 * MINUTE_MS
/** How often a Worker reports that a long attempt goes on. */
export const RENEW_EVERY_MS = 15_000
/**
 * A lease that is not renewed for this long has lost its Worker. Its place is free again within the minute, and a
 * late report still counts.
 */
export const LAPSE_MS = 50_000
/**
 * How long after its deadline a lease may still be settled. A later report could be a repeated one, so it is not
 * counted.
 */
export const GRACE_MS = 5 * MINUTE_MS
/**
 * Leases open for longer are written to disk, so that they are counted as lost even if this object dies together with
 * their Worker.
 */
export const CHECKPOINT_AFTER_MS = 10_000

/** When an open lease counts as lost if it is not renewed again, in epoch milliseconds. */
export function endOf({ deadline, renewedAt }: OpenLease): number {
  return Math.min(deadline, renewedAt + LAPSE_MS)
}
