import { describe, expect, it } from 'vitest'
import { costOf } from '../../src/gemini/cost.ts'
import { priceOf } from '../../src/gemini/models/prices.ts'
import type { UsageMetadata } from '../../src/gemini/types.ts'

const IN_2026 = Date.parse('2026-11-28T12:00:00Z')

function counts(
  prompt: number,
  cached: number,
  candidates: number,
  thoughts: number,
  toolUse: number,
): UsageMetadata {
  return {
    promptTokenCount: prompt,
    cachedContentTokenCount: cached,
    candidatesTokenCount: candidates,
    thoughtsTokenCount: thoughts,
    toolUsePromptTokenCount: toolUse,
  }
}

const AUDIO_IN = [
  { modality: 'TEXT', tokenCount: 200 },
  { modality: 'AUDIO', tokenCount: 800 },
]
const IMAGE = { modality: 'IMAGE', tokenCount: 1120 }

// Equal to the last digit to the results of LiteLLM 1.110.2 and genai-prices 0.2.3.
const CASES: readonly (readonly [string, string, UsageMetadata, number])[] = [
  ['cached above 200k', 'gemini-2.5-pro', counts(250_000, 240_000, 1000, 500, 0), 0.1075],
  [
    'cached below 200k, no details',
    'gemini-2.5-pro',
    counts(150_000, 140_000, 1000, 500, 0),
    0.045,
  ],
  ['tool use', 'gemini-3-flash-preview', counts(151, 0, 1089, 1120, 18_329), 0.015867],
  [
    'audio in',
    'gemini-2.5-flash',
    { ...counts(1000, 0, 100, 0, 0), promptTokensDetails: AUDIO_IN },
    0.00111,
  ],
  [
    'cached audio',
    'gemini-2.5-flash',
    {
      ...counts(1000, 600, 100, 0, 0),
      promptTokensDetails: AUDIO_IN,
      cacheTokensDetails: [{ modality: 'AUDIO', tokenCount: 600 }],
    },
    0.00057,
  ],
  [
    'image out beside text',
    'gemini-3.1-flash-image',
    {
      ...counts(20, 0, 1150, 100, 0),
      candidatesTokensDetails: [IMAGE, { modality: 'TEXT', tokenCount: 30 }],
    },
    0.0676,
  ],
  [
    'image out, text not told',
    'gemini-3.1-flash-image',
    { ...counts(20, 0, 1150, 100, 0), candidatesTokensDetails: [IMAGE] },
    0.0676,
  ],
  ['thoughts', 'gemini-3.8-flash', counts(1000, 0, 100, 400, 0), 0.002625],
  ['exactly 200,000', 'gemini-3.1-pro-preview', counts(200_000, 0, 100, 0, 0), 0.4012],
  ['one more', 'gemini-3.1-pro-preview', counts(200_001, 0, 100, 0, 0), 0.801804],
  ['a cancelled stream', 'gemini-3.8-flash', { promptTokenCount: 5000 }, 0.00375],
]

describe('the cost of an attempt', () => {
  it.each(CASES)('%s: %s', (_, model, usage, dollars) => {
    const price = priceOf(model, IN_2026)
    expect(price && costOf(usage, price)).toBe(Math.round(dollars * 1e9))
  })

  it('is by the price of its day', () => {
    const [before, after] = ['2026-12-31T23:59:59.999Z', '2027-01-01T00:00:00Z'].map(
      (at) => priceOf('gemini-3.8-flash', Date.parse(at))?.out,
    )
    expect([before, after]).toEqual([3.75, 7.5])
  })

  it('is not known of a model without a price, and is an admin’s where there is one', () => {
    expect(priceOf('gemini-4-carbon', IN_2026)).toBeUndefined()
    const own = { model: 'gemini-2.5-pro', in: 1, cached: 0.1, out: 8 }
    expect(priceOf('gemini-2.5-pro', IN_2026, [own])).toBe(own)
  })
})
