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
  readonly userId: string
  readonly vaultKey: string | undefined
}

/** Opens what is stored; makes the tables and the key where there are none. To be called by one at a time. */
export async function openOrMake({ storage, userId, vaultKey }: Place): Promise<Opened> {
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
    return { ok: false, reason: 'unreadable' } // told in the log by whoever asked
  }
}

/** Seals the key with the current VAULT_KEY; what it sealed stays as it is. `unreadable`: the vault cannot open it. */
export async function resealKey({
  storage,
  userId,
  vaultKey,
}: Place): Promise<'current' | 'resealed' | 'unreadable'> {
  const { sql } = storage
  const vault = await openVault(vaultKey)
  if (vault === null || !hasTables(sql)) return 'current'
  const before = sealedKeyOf(sql)
  if (vault.isCurrent(before)) return 'current'
  try {
    const after = await resealDataKey(before, vault, userId)
    // Everything may have expired meanwhile, and a new key been made: that one is sealed with the current VAULT_KEY already.
    sql.exec('UPDATE store SET sealed_key = ? WHERE sealed_key = ?', after, before)
    return 'resealed'
  } catch {
    return 'unreadable' // counted, and told to the admin
  }
}
