import { openVault } from '../secrets/vault.ts'
import { makeDataKey, openDataKey, resealDataKey } from './data-key.ts'
import type { Unusable } from './results.ts'
import { openStore, type Store } from './store.ts'
import { hasTables, hasTombstone, makeTables, sealedKeyOf } from './tables.ts'

export type Opened =
  | { readonly ok: true; readonly store: Store }
  | { readonly ok: false; readonly reason: Unusable | 'user_deleted' }

export interface Place {
  readonly storage: DurableObjectStorage
  /** Throws if nobody knows whose object this is. */
  readonly userId: () => string
  readonly vaultKey: string | undefined
}

/** Opens what is stored. Makes the tables and the key if there are none. Must not run twice at the same time. */
export async function openOrMake({ storage, userId: whose, vaultKey }: Place): Promise<Opened> {
  const userId = whose()
  const vault = await openVault(vaultKey)
  if (vault === null) return { ok: false, reason: 'vault_not_configured' }
  const { sql } = storage
  if (!hasTables(sql)) {
    const { key, sealed } = await makeDataKey(vault, userId)
    if (hasTombstone(storage)) return { ok: false, reason: 'user_deleted' }
    storage.transactionSync(() => makeTables(sql, sealed))
    return { ok: true, store: openStore(sql, key) }
  }
  try {
    const key = await openDataKey(sealedKeyOf(sql), vault, userId)
    return { ok: true, store: openStore(sql, key) }
  } catch {
    return { ok: false, reason: 'unreadable' } // the caller logs it
  }
}

/**
 * Seals the key with the current VAULT_KEY. The data that the key sealed stay as they are. `unreadable`: the vault
 * cannot open the key.
 */
export async function resealKey({
  storage,
  userId: whose,
  vaultKey,
}: Place): Promise<'current' | 'resealed' | 'unreadable'> {
  const userId = whose()
  const { sql } = storage
  const vault = await openVault(vaultKey)
  if (vault === null || !hasTables(sql)) return 'current'
  const before = sealedKeyOf(sql)
  if (vault.isCurrent(before)) return 'current'
  try {
    const after = await resealDataKey(before, vault, userId)
    // Everything may have expired meanwhile and a new key been made. That one is already sealed with the current
    // VAULT_KEY.
    sql.exec('UPDATE store SET sealed_key = ? WHERE sealed_key = ?', after, before)
    return 'resealed'
  } catch {
    return 'unreadable' // counted, and reported to the admin
  }
}
