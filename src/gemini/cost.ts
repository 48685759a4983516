import { DEAR } from './models/prices.ts'
import type { Price } from '../wire/prices.ts'
import type { ModalityCount, UsageMetadata } from './types.ts'
import { listOf } from './response.ts'
import { countTokens, type TokenCounts, tokensOf } from './usage.ts'

/** If the prompt has more tokens than this, some models charge more for the whole request. */
const LONG_PROMPT = 200_000
/** A price is in dollars for a million tokens, which are 1e-6 dollars for one; a cost is in 1e-9 dollars. */
const NANO_A_TOKEN = 1000

/**
 * The cost of one attempt, in 1e-9 dollars. Google's counts do not overlap, except that cached tokens are part of the
 * prompt. Tokens that the details by modality leave out are text. Tool use is charged as prompt, thoughts as output.
 * test/gemini/cost.test.ts compares the result with LiteLLM and genai-prices. Pure.
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

/**
 * About the most that a request of so many tokens may cost: every token is taken at its dearest price. In 1e-9
 * dollars. Pure.
 */
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
  if (isText(details)) return tokens * text
  let [sum, rest] = [0, tokens]
  for (const [modality, price] of Object.entries(prices)) {
    if (price === undefined) continue
    const of = Math.min(rest, tokensOf(modality, details))
    sum += of * price
    rest -= of
  }
  return sum + rest * text
}

/** Of most requests, for which no list of prices is made. */
function isText(details: ModalityCount[] | undefined): boolean {
  return listOf(details).every(({ modality }) => modality === 'TEXT')
}

/**
 * The cost, in 1e-9 dollars, if the price is not known: that of a dear model. If it were 0, a budget would not hold
 * for models without a price.
 */
export function dearCost({ prompt, toolUse, output, reasoning }: TokenCounts): number {
  return estimateCost({ input: prompt + toolUse, output: output + reasoning }, DEAR)
}
