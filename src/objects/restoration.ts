import type { Snapshot } from './snapshot.ts'
import type { UserState } from './state.ts'

/** Fills a new user's tables with what a snapshot kept. Counters and cooldowns are not part of it. */
export function restoreFrom(
  { profile, credentials }: UserState,
  snapshot: Snapshot,
  now: number,
): void {
  if (snapshot.deleted) {
    profile.bury(now)
  } else {
    profile.changeSettings(snapshot.settings)
    for (const [index, kept] of snapshot.credentials.entries()) {
      credentials.restore({ ...kept, position: index + 1 })
    }
    profile.moveCursor(credentials.all()[0]?.id ?? null)
  }
  profile.restoredFrom(snapshot.version)
}
