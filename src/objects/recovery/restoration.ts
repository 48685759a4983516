import type { Admin } from '../audit/audit.ts'
import type { Snapshot } from './snapshot.ts'
import type { UserState } from '../state.ts'
import type { SettingsChange } from '../config/user-settings.ts'
import type { Vault } from '../secrets/vault.ts'

/** Fills a new user's tables with what a snapshot holds. Counters and cooldowns are not part of it. */
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
    const ring = credentials.all()
    // The cursor stands where it stood. If the snapshot does not say or that credential is gone, it stands on the
    // first.
    const cursor = ring.find(({ id }) => id === snapshot.cursor) ?? ring[0]
    profile.moveCursor(cursor?.id ?? null)
  }
  profile.restoredFrom(snapshot.version, snapshot.created_at)
}

/**
 * The credentials that cannot be opened here: there is no vault, another VAULT_KEY sealed them, or they were sealed
 * for another user.
 */
export async function unreadableOf(
  { credentials }: UserState,
  vault: Vault | null,
  userId: string,
): Promise<ReadonlySet<string>> {
  const unreadable = new Set<string>()
  for (const { id } of credentials.all()) {
    const sealed = credentials.sealedSecret(id)
    if (sealed === undefined) continue
    try {
      if (vault === null) throw new Error('There is no vault.')
      await vault.open(sealed, { userId, credentialId: id, purpose: 'secret' })
    } catch {
      unreadable.add(id) // reported to the admin
    }
  }
  return unreadable
}

/** The audit is lost with the storage. A new one begins, and records what the snapshot knew of the old one. */
export function recordRestoration(
  { audit }: UserState,
  { version, deleted, audit_head: head }: Snapshot,
  how: 'user.restored' | 'user.imported',
  by: Admin,
): void {
  audit.record(by, how, null, {
    snapshot_version: version,
    deleted,
    previous_head_seq: head.seq,
    previous_head_hash: head.hash,
  })
}

/** Leaves out what the snapshot does not say, so that it gets its default. */
function settingsOf({ settings }: Snapshot): SettingsChange {
  const { limits, ...rest } = settings
  return { ...defined(rest), limits: defined(limits ?? {}) }
}

function defined<T extends object>(values: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  const said = Object.entries(values).filter(([, value]) => value !== undefined)
  return Object.fromEntries(said) as { [Key in keyof T]?: Exclude<T[Key], undefined> }
}
