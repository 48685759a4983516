/** What tests of the roll-ups share. */
import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import type { TokenCounts } from '../../src/gemini/usage.ts'
import type { Counters } from '../../src/objects/ledger/counters.ts'
import type { LeaseRef } from '../../src/objects/ledger/lease.ts'
import { LEASE_MS } from '../../src/objects/ledger/lease-times.ts'
import { migrate } from '../../src/objects/storage.ts'

export const NOW = Date.parse('2026-11-22T12:00:00Z')
export const TOKENS: TokenCounts = { prompt: 10, cached: 4, output: 5, reasoning: 3, toolUse: 2 }

/** What each attempt used, cost and took. */
export const SPENT = {
  tokens: TOKENS,
  costNano: 12_345,
  searches: 2,
  took: { firstByteMs: 200, wholeMs: 1500 },
}

/** Runs against the storage of a real object. */
export function withStorage(test: (storage: DurableObjectStorage) => void): Promise<void> {
  const object = env.USERS.getByName(crypto.randomUUID())
  return runInDurableObject(object, (_instance, state) => {
    migrate(state.storage, NOW, 'of-a-test')
    test(state.storage)
  })
}

export function leaseOf(credentialId = 'a', model = 'm'): LeaseRef {
  return {
    id: 'life.1',
    requestId: 'r',
    credentialId,
    model,
    countedAs: model,
    grantedAt: NOW,
    deadline: NOW + LEASE_MS,
    credentialVersion: 0,
    tokenSerial: 0,
  }
}

/** Commits as the object does: in one transaction, so that nothing is written twice. */
export function commit(storage: DurableObjectStorage, counters: Counters, foldAt?: number): void {
  storage.transactionSync(() => {
    counters.flush()
    if (foldAt !== undefined) counters.rollups.foldAndPrune(foldAt)
  })
  counters.flushed()
}
