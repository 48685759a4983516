import type { Snapshot } from './snapshot.ts'
import type { UserState } from './state.ts'
import type { SettingsChange } from './user-settings.ts'

/** Fills a new user's tables with what a snapshot kept. Counters and cooldowns are not part of it. */
export function restoreFrom(
  { profile, keys, credentials }: UserState,
  snapshot: Snapshot,
  now: number,
): void {
  if (snapshot.deleted) {
    profile.bury(now)
  } else {
    profile.changeSettings(settingsOf(snapshot))
    keys.keep(snapshot.keys)
    for (const [index, kept] of snapshot.credentials.entries()) {
      credentials.restore({ ...kept, position: index + 1 })
    }
    profile.moveCursor(credentials.all()[0]?.id ?? null)
  }
  profile.restoredFrom(snapshot.version, snapshot.created_at)
}

/** Without what the snapshot does not say, which has its default. */
function settingsOf({ settings }: Snapshot): SettingsChange {
  const { limits, ...rest } = settings
  return { ...defined(rest), limits: defined(limits ?? {}) }
}

function defined<T extends object>(values: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  const said = Object.entries(values).filter(([, value]) => value !== undefined)
  return Object.fromEntries(said) as { [Key in keyof T]?: Exclude<T[Key], undefined> }
}
