import { costOf } from '../gemini/cost.ts'
import { halved, priceOf } from '../gemini/models/prices.ts'
import type { UsageMetadata } from '../gemini/types.ts'
import { isCounted } from '../gemini/usage.ts'
import type { Lease } from '../objects/ledger/lease.ts'
import type { Verdict } from '../upstreams/verdict.ts'

/** Vertex AI asks a tenth more for these models outside of `global` (LiteLLM 1.110.2, read on 2026-11-28). */
const DEARER_IN_REGIONS = /^gemini-(?:3\.[5-8]-|4-|3\.1-flash-lite$|3\.1-flash-image$)/

/** What the quicker tier costs, times the price (LiteLLM 1.110.2, read on 2026-11-28). */
const PRIORITY = 1.8

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
  if (!isCounted(usage)) return verdict.kind === 'ok' || verdict.kind === 'cancelled' ? null : 0
  if (usage.totalTokenCount === 0) return 0 // whatever the price, which may not be known
  const known = price ?? priceOf(model, Date.now())
  if (known === undefined) return null
  const { upstream, location } = access
  const isRegional = upstream === 'vertex' && location !== null && location !== 'global'
  const tier = `${usage.serviceTier} ${usage.trafficType}`
  // As in a batch, what comes from a cache costs the same.
  const cost = costOf(usage, /flex/i.test(tier) ? halved(known) : known)
  const quicker = /priority/i.test(tier) ? PRIORITY : 1
  const nearer = isRegional && DEARER_IN_REGIONS.test(model) ? 1.1 : 1
  return Math.round(cost * quicker * nearer)
}
