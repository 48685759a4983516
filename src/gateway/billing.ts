import { costOf } from '../gemini/cost.ts'
import { priceOf } from '../gemini/models/prices.ts'
import type { UsageMetadata } from '../gemini/types.ts'
import type { Lease } from '../objects/ledger/lease.ts'
import type { Verdict } from '../upstreams/verdict.ts'

/** Vertex AI asks a tenth more for these models outside of `global` (LiteLLM 1.110.2, read on 2026-11-28). */
const DEARER_IN_REGIONS = /^gemini-(?:3\.[5-8]-|4-|3\.1-flash-lite$|3\.1-flash-image$)/

/**
 * The cost of an attempt in 1e-9 dollars, by today's list price. Google's bill may differ: it depends on contracts,
 * free tiers and licences. Null: the attempt used something whose cost is not known.
 */
export function costUnder(
  { model, price, access }: Pick<Lease, 'model' | 'price' | 'access'>,
  usage: UsageMetadata | undefined,
  verdict: Verdict,
): number | null {
  // No count came with the answer, or the client left the stream before it: Google bills it, so the cost is unknown and not 0.
  if (usage === undefined) return verdict.kind === 'ok' || verdict.kind === 'cancelled' ? null : 0
  if (usage.totalTokenCount === 0) return 0 // whatever the price, which may not be known
  const known = price ?? priceOf(model, Date.now())
  if (known === undefined) return null
  const { upstream, location } = access
  const isRegional = upstream === 'vertex' && location !== null && location !== 'global'
  const cost = costOf(usage, known)
  return isRegional && DEARER_IN_REGIONS.test(model) ? Math.round(cost * 1.1) : cost
}
