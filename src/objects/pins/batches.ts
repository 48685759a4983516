import type { BatchUse } from '../../gemini/batch-use.ts'
import { ownPriceOf } from '../../gemini/models/prices.ts'
import type { Price } from '../../wire/prices.ts'
import type { Uncounted } from '../../gemini/pins.ts'
import type { UserState } from '../state.ts'

/** A batch whose use is not counted yet. `price` is set if an admin set one for its model. */
export type UncountedBatch = Uncounted & { readonly price?: Price }

/** Those of a credential's batches whose use is still to be counted. */
export function uncountedOf(
  { pins, profile }: UserState,
  batchIds: readonly string[],
  credentialId: string,
): readonly UncountedBatch[] {
  return pins.uncounted(batchIds, credentialId).map((batch) => {
    const price = ownPriceOf(batch.model, Date.now(), profile.prices)
    return { ...batch, ...(price !== undefined && { price }) }
  })
}

/**
 * Counts what a batch used. False if it was counted before, or if this credential did not make it. Lookup, marking
 * and counting are one synchronous step, so that many callers who see the batch done at the same moment count it
 * once.
 */
export function countBatch(
  { pins, ledger }: UserState,
  { id, credentialId }: { readonly id: string; readonly credentialId: string },
  use: BatchUse,
): boolean {
  const [batch] = pins.uncounted([id], credentialId)
  if (batch === undefined) return false
  pins.counted(id)
  ledger.usedLater({ credentialId, model: batch.model }, use, Date.now())
  return true
}
