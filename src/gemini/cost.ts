import { DEAR, type Price } from './models/prices.ts'
import type { ModalityCount, UsageMetadata } from './types.ts'
import { countTokens, type TokenCounts, tokensOf } from './usage.ts'

/** From this many tokens of prompt on, exclusively, some models are dearer, for the whole request. */
const LONG_PROMPT = 200_000
/** Dollars for a million tokens are 1e-6 dollars for one, and cost is told in 1e-9. */
const NANO_A_TOKEN = 1000

/**
 * What one attempt cost, in 1e-9 dollars. Google's buckets are disjoint, but for cached tokens, which are part of the prompt; what
 * details leave out of their sum is text; tool use is prompt, thoughts are output. Held against LiteLLM and genai-prices in
 * test/gemini/cost.test.ts. Pure.
 */
export function costOf(usage: UsageMetadata, price: Price): number {
  const { prompt, cached, output, reasoning, toolUse } = countTokens(usage)
  const base =
    prompt > LONG_PROMPT && price.long !== undefined ? { ...price, ...price.long } : price
  const inputs: Readonly<Record<string, number | undefined>> = {
    AUDIO: base.audioIn,
    IMAGE: base.imageIn,
    VIDEO: base.videoIn,
  }
  const caches: Readonly<Record<string, number | undefined>> = { AUDIO: base.audioCached }
  const outputs: Readonly<Record<string, number | undefined>> = {
    IMAGE: base.imageOut,
    AUDIO: base.audioOut,
  }
  const cacheDetails = usage.cacheTokensDetails
  const dollars =
    priced(prompt, usage.promptTokensDetails, inputs, base.in) -
    priced(cached, cacheDetails, inputs, base.in) +
    priced(cached, cacheDetails, caches, base.cached) +
    toolUse * base.in +
    priced(output, usage.candidatesTokensDetails, outputs, base.out) +
    reasoning * base.out
  return Math.max(0, Math.round(dollars * NANO_A_TOKEN))
}

/** The most that a request of so many tokens may cost, as far as an estimate can tell: all of it at the dearer end. Pure. */
export function estimateCost(
  { input, output }: { readonly input: number; readonly output: number },
  price: Price,
): number {
  const base = input > LONG_PROMPT && price.long !== undefined ? price.long : price
  const out = Math.max(base.out, price.imageOut ?? 0, price.audioOut ?? 0)
  return Math.ceil((input * Math.max(base.in, 0) + output * out) * NANO_A_TOKEN)
}

function priced(
  tokens: number,
  details: ModalityCount[] | undefined,
  prices: Readonly<Record<string, number | undefined>>,
  text: number,
): number {
  let [sum, rest] = [0, tokens]
  for (const [modality, price] of Object.entries(prices)) {
    if (price === undefined) continue
    const of = Math.min(rest, tokensOf(modality, details))
    sum += of * price
    rest -= of
  }
  return sum + rest * text
}

/** An unknown price is charged as a dear one: else a budget could be passed by models without a price. */
export function dearCost({ prompt, toolUse, output, reasoning }: TokenCounts): number {
  return estimateCost({ input: prompt + toolUse, output: output + reasoning }, DEAR)
}
