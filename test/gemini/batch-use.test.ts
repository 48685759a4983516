import { describe, expect, it } from 'vitest'
import { answersIn, BatchCount } from '../../src/gemini/batch-use.ts'
import { halved, priceOf } from '../../src/gemini/models/prices.ts'

const PRICE = { model: 'm', in: 2, cached: 0.2, out: 12, long: { in: 4, cached: 0.4, out: 18 } }

function answer(usageMetadata: object): object {
  return { response: { usageMetadata } }
}

describe('the price of a batch', () => {
  it('is half, but for what comes from a cache', () => {
    expect(halved({ ...PRICE, audioIn: 1, imageOut: 30, audioCached: 0.5 })).toEqual({
      model: 'm',
      in: 1,
      cached: 0.2,
      out: 6,
      long: { in: 2, cached: 0.4, out: 9 },
      audioIn: 0.5,
      imageOut: 15,
      audioCached: 0.5,
    })
  })

  it('is that of each answer: a long prompt makes the others no dearer', () => {
    const count = new BatchCount(PRICE)
    count.add(answer({ promptTokenCount: 300_000, candidatesTokenCount: 1000 }))
    count.add(
      answer({
        promptTokenCount: 100_000,
        cachedContentTokenCount: 50_000,
        candidatesTokenCount: 1000,
        thoughtsTokenCount: 500,
      }),
    )
    expect(count.use).toEqual({
      tokens: { prompt: 400_000, cached: 50_000, output: 2000, reasoning: 500, toolUse: 0 },
      // 300,000 × 2 + 1000 × 9; 50,000 × 1 + 50,000 × 0.2 + 1500 × 6, in 1e-9 dollars a token × 1000
      costNano: (600_000 + 9000 + 50_000 + 10_000 + 9000) * 1000,
      isWhole: true,
    })
  })

  it('is unknown, and not 0, where the model has none', () => {
    const count = new BatchCount(priceOf('nobody-knows', 0))
    count.add(answer({ promptTokenCount: 5 }))
    expect(count.use).toMatchObject({ costNano: null, isWhole: true, tokens: { prompt: 5 } })
  })

  it.each([
    ['an error', { error: { code: 3, message: 'No' } }, true],
    ['an answer that tells nothing', { response: { candidates: [] } }, false],
    ['no answer at all', null, true],
    ['counts that are none', answer({ promptTokenCount: 'x', candidatesTokenCount: -1 }), true],
  ])('of %s', (_, one, isWhole) => {
    const count = new BatchCount(PRICE)
    count.add(one)
    expect(count.use).toMatchObject({ costNano: 0, isWhole })
  })
})

describe('the answers of a batch', () => {
  const inlinedResponses = [answer({ promptTokenCount: 1 })]
  it.each([
    ['while it goes on', { name: 'batches/b' }, null],
    ['of none', 'nonsense', null],
    ['of one that failed', { done: true, error: {} }, { kind: 'inline', answers: [] }],
    [
      'as Google has them',
      { done: true, response: { inlinedResponses: { inlinedResponses } } },
      { kind: 'inline', answers: inlinedResponses },
    ],
    [
      'in its metadata',
      { done: true, metadata: { output: { inlinedResponses } } },
      { kind: 'inline', answers: inlinedResponses },
    ],
    [
      'of vectors',
      { done: true, response: { inlinedEmbedContentResponses: { inlinedResponses } } },
      { kind: 'inline', answers: inlinedResponses },
    ],
    [
      'in a file',
      { done: true, response: { responsesFile: 'files/batch-1' } },
      { kind: 'file', id: 'batch-1' },
    ],
    [
      'in what is no file',
      { done: true, response: { responsesFile: 'files/../a' } },
      { kind: 'inline', answers: [] },
    ],
  ])('%s', (_, batch, expected) => {
    expect(answersIn(batch)).toEqual(expected)
  })
})
