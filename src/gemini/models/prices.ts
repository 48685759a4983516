import { DAY_MS } from '../../json/time.ts'

/**
 * Google's prices in dollars for a million tokens, standard tier; the Gemini API and Vertex AI (global) charge the
 * same. These are list prices: an admin may set others (PUT /v1/config/prices). Read on 2026-11-28 in LiteLLM 1.110.2
 * and genai-prices 0.2.3, which cite Google's pages and agree except where a comment says otherwise.
 */
import type { Price } from '../../wire/prices.ts'

const INTRODUCTORY = '2027-01-01'

export const PRICES: readonly Price[] = [
  ...['gemini-3.8-flash', 'gemini-3.7-flash', 'gemini-3.6-flash'].flatMap((model) => [
    { model, until: INTRODUCTORY, in: 0.75, cached: 0.075, out: 3.75 },
    { model, from: INTRODUCTORY, in: 1.5, cached: 0.15, out: 7.5 },
  ]),
  { model: 'gemini-4-argon', until: '2026-12-01', in: 2, cached: 0.1, out: 10 },
  { model: 'gemini-4-argon', from: '2026-12-01', in: 4, cached: 0.2, out: 20 },
  { model: 'gemini-4-hydrogen', in: 1.5, cached: 0.075, out: 7.5 },
  { model: 'gemini-3.5-flash', in: 1.5, cached: 0.15, out: 9 },
  { model: 'gemini-3.5-flash-lite', in: 0.3, cached: 0.03, out: 2.5 },
  {
    model: 'gemini-3.1-flash-lite',
    in: 0.25,
    cached: 0.025,
    out: 1.5,
    audioIn: 0.5,
    audioCached: 0.05,
  },
  {
    model: 'gemini-3.1-pro-preview',
    in: 2,
    cached: 0.2,
    out: 12,
    long: { in: 4, cached: 0.4, out: 18 },
  },
  {
    model: 'gemini-3-flash-preview',
    in: 0.5,
    cached: 0.05,
    out: 3,
    audioIn: 1,
    audioCached: 0.1,
  },
  {
    model: 'gemini-2.5-pro',
    in: 1.25,
    cached: 0.125,
    out: 10,
    long: { in: 2.5, cached: 0.25, out: 15 },
  },
  { model: 'gemini-2.5-flash', in: 0.3, cached: 0.03, out: 2.5, audioIn: 1, audioCached: 0.1 },
  {
    model: 'gemini-2.5-flash-lite',
    in: 0.1,
    cached: 0.01,
    out: 0.4,
    audioIn: 0.3,
    audioCached: 0.03,
  },
  { model: 'gemini-3.1-flash-image', in: 0.5, cached: 0.05, out: 3, imageOut: 60 },
  { model: 'gemini-3.1-flash-lite-image', in: 0.25, cached: 0.025, out: 1.5, imageOut: 30 },
  { model: 'gemini-3-pro-image', in: 2, cached: 0.2, out: 12, imageOut: 120 },
  { model: 'gemini-2.5-flash-image', in: 0.3, cached: 0.3, out: 2.5, imageOut: 30 },
  ...[
    { model: 'gemini-3.8-flash-tts', out: 9 },
    { model: 'gemini-3.8-flash-lite-tts', out: 6 },
  ].flatMap(({ model, out }) => [
    { model, until: INTRODUCTORY, in: 0.5, cached: 0.5, out },
    { model, from: INTRODUCTORY, in: 1, cached: 1, out: 2 * out },
  ]),
  { model: 'gemini-2.5-flash-preview-tts', in: 0.5, cached: 0.5, out: 10 },
  { model: 'gemini-2.5-pro-preview-tts', in: 1, cached: 1, out: 20 },
  {
    model: 'gemini-embedding-2',
    in: 0.2,
    cached: 0.2,
    out: 0,
    imageIn: 0.45,
    audioIn: 6.5,
    videoIn: 12,
  },
  { model: 'gemini-embedding-001', in: 0.15, cached: 0.15, out: 0 },
  { model: 'text-embedding-005', in: 0.1, cached: 0.1, out: 0 },
  { model: 'text-multilingual-embedding-002', in: 0.1, cached: 0.1, out: 0 },
]

/**
 * The price assumed for a model without a known one, so that budgets hold: as high as that of any model that writes
 * text.
 */
export const DEAR: Price = { model: '*', in: 4, cached: 4, out: 20 }

/**
 * The price of a model at an instant (epoch milliseconds). An admin's price takes precedence over the list. Undefined
 * if none is known.
 */
export function priceOf(
  model: string,
  at: number,
  overrides: readonly Price[] = [],
): Price | undefined {
  return ownPriceOf(model, at, overrides) ?? listedPriceOf(model, at)
}

/** The list's prices that hold on one day, by model: every answer needs one, and they change at midnight only. */
let listed = { day: -1, byModel: new Map<string, Price>() }

function listedPriceOf(model: string, at: number): Price | undefined {
  const day = Math.floor(at / DAY_MS)
  if (listed.day !== day) {
    const date = dateOf(at)
    const held = PRICES.filter((price) => holdsOn(price, date)).reverse() // the first of a model wins, as in `ownPriceOf`
    listed = { day, byModel: new Map(held.map((price) => [price.model, price])) }
  }
  return listed.byModel.get(model)
}

/** The same, from these prices only. */
export function ownPriceOf(model: string, at: number, prices: readonly Price[]): Price | undefined {
  if (prices.length === 0) return undefined
  const date = dateOf(at)
  return prices.find((price) => price.model === model && holdsOn(price, date))
}

/** In ISO 8601, UTC. */
function dateOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}

function holdsOn({ from = '', until = '9' }: Price, date: string): boolean {
  return from <= date && date < until
}

const MEDIA = ['audioIn', 'imageIn', 'videoIn', 'imageOut', 'audioOut'] as const

/**
 * The price in a batch: half, except for tokens from a cache, which cost the same (ai.google.dev, "Batch API":
 * Caching).
 */
export function halved(price: Price): Price {
  const { long } = price
  const media = MEDIA.flatMap((name) => {
    const dollars = price[name]
    return dollars === undefined ? [] : [[name, dollars / 2] as const]
  })
  return {
    ...price,
    in: price.in / 2,
    out: price.out / 2,
    ...(long !== undefined && { long: { ...long, in: long.in / 2, out: long.out / 2 } }),
    ...Object.fromEntries(media),
  }
}
