import { describe, expect, it } from 'vitest'
import { fit } from '../../src/gemini/fit/index.ts'
import type { GenerationConfig, ThinkingConfig } from '../../src/gemini/types.ts'

function fitted(model: string, thinkingConfig: ThinkingConfig): ThinkingConfig | undefined {
  const generationConfig: GenerationConfig = { thinkingConfig }
  const request = { contents: [{ parts: [{ text: 'hi' }] }], generationConfig }
  return fit(request, { model, upstream: 'vertex' }).generationConfig?.thinkingConfig
}

const LEVELS = ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH', 'XHIGH'] as const

describe('levels', () => {
  it.each<[string, ...(string | number)[]]>([
    ['gemini-2.5-pro', 1024, 1024, 8192, 24_576, 32_768],
    ['gemini-2.5-flash', 1024, 1024, 8192, 24_576, 24_576],
    ['gemini-2.5-flash-lite', 1024, 1024, 8192, 24_576, 24_576],
    ['gemini-3-pro-preview', 'LOW', 'LOW', 'HIGH', 'HIGH', 'HIGH'],
    ['gemini-3.1-pro-preview', 'LOW', 'LOW', 'MEDIUM', 'HIGH', 'HIGH'],
    ['gemini-3-flash-preview', 'MINIMAL', 'LOW', 'MEDIUM', 'HIGH', 'HIGH'],
    ['gemini-3.1-flash-lite', 'MINIMAL', 'LOW', 'MEDIUM', 'HIGH', 'HIGH'],
    ['gemini-3.5-flash', 'MINIMAL', 'LOW', 'MEDIUM', 'HIGH', 'HIGH'],
    ['gemini-3.6-flash', 'MINIMAL', 'LOW', 'MEDIUM', 'HIGH', 'HIGH'],
    ['gemini-3.7-flash', 'LOW', 'LOW', 'MEDIUM', 'HIGH', 'HIGH'],
    ['gemini-3.8-flash', 'LOW', 'LOW', 'MEDIUM', 'HIGH', 'HIGH'],
    ['gemini-3.8-flash-cyber', 'LOW', 'LOW', 'MEDIUM', 'HIGH', 'HIGH'],
    ['gemini-4-argon', 'LOW', 'LOW', 'MEDIUM', 'HIGH', 'HIGH'],
    ['gemini-4-neon', 'LOW', 'LOW', 'MEDIUM', 'HIGH', 'XHIGH'],
    ['gemini-3-pro-image', 'HIGH', 'HIGH', 'HIGH', 'HIGH', 'HIGH'],
    ['gemini-3.1-flash-image', 'MINIMAL', 'MINIMAL', 'HIGH', 'HIGH', 'HIGH'],
    // Unknown models are treated by their generation, or like the newest one.
    ['gemini-2.5-flash-preview-09-2025', 1024, 1024, 8192, 24_576, 24_576],
    ['gemini-3.9-flash', 'LOW', 'LOW', 'MEDIUM', 'HIGH', 'HIGH'],
    ['gemini-3.9-pro', 'LOW', 'LOW', 'MEDIUM', 'HIGH', 'HIGH'],
    ['gemini-5-pro', 'LOW', 'LOW', 'MEDIUM', 'HIGH', 'HIGH'],
    ['gemini-ultra', 'LOW', 'LOW', 'MEDIUM', 'HIGH', 'HIGH'],
  ])('of %s', (model, ...expected) => {
    const amounts = LEVELS.map((thinkingLevel) => {
      const config = fitted(model, { thinkingLevel })
      return config?.thinkingLevel ?? config?.thinkingBudget
    })
    expect(amounts).toEqual(expected)
  })
})

describe('budgets', () => {
  it.each<[string, number, ThinkingConfig | undefined]>([
    ['gemini-2.5-pro', 0, { thinkingBudget: 128 }],
    ['gemini-2.5-pro', -1, { thinkingBudget: -1 }],
    ['gemini-2.5-pro', 127, { thinkingBudget: 128 }],
    ['gemini-2.5-pro', 100_000, { thinkingBudget: 32_768 }],
    ['gemini-2.5-flash', 0, { thinkingBudget: 0 }],
    ['gemini-2.5-flash', 1, { thinkingBudget: 1 }],
    ['gemini-2.5-flash', 100_000, { thinkingBudget: 24_576 }],
    ['gemini-2.5-flash-lite', 0, { thinkingBudget: 0 }],
    ['gemini-2.5-flash-lite', 1, { thinkingBudget: 512 }],
    ['gemini-3-flash-preview', 0, { thinkingLevel: 'MINIMAL' }],
    ['gemini-3-flash-preview', -1, undefined],
    ['gemini-3-flash-preview', 512, { thinkingLevel: 'MINIMAL' }],
    ['gemini-3-flash-preview', 1024, { thinkingLevel: 'LOW' }],
    ['gemini-3-flash-preview', 8192, { thinkingLevel: 'MEDIUM' }],
    ['gemini-3-flash-preview', 8193, { thinkingLevel: 'HIGH' }],
    ['gemini-3.8-flash', 0, { thinkingLevel: 'LOW' }],
    ['gemini-4-neon', 50_000, { thinkingLevel: 'XHIGH' }],
    ['gemini-4-argon', 50_000, { thinkingLevel: 'HIGH' }],
  ])('%s, %i', (model, thinkingBudget, expected) => {
    expect(fitted(model, { thinkingBudget })).toEqual(expected)
  })
})

describe('thoughts', () => {
  it.each<[string, ThinkingConfig, ThinkingConfig | undefined]>([
    ['gemini-2.5-flash', {}, { includeThoughts: true }],
    ['gemini-2.5-flash', { thinkingBudget: 0 }, { thinkingBudget: 0 }],
    ['gemini-2.5-flash', { thinkingBudget: 5 }, { thinkingBudget: 5, includeThoughts: true }],
    // If thinking cannot be switched off, at least it is not shown.
    ['gemini-2.5-pro', { thinkingBudget: 0 }, { thinkingBudget: 128 }],
    ['gemini-3.8-flash', { thinkingBudget: 0 }, { thinkingLevel: 'LOW' }],
    // This model does not think unless told to, so there are no thoughts to include.
    ['gemini-2.5-flash-lite', {}, undefined],
    [
      'gemini-2.5-flash-lite',
      { thinkingBudget: -1 },
      { thinkingBudget: -1, includeThoughts: true },
    ],
    ['gemini-3.8-flash', {}, { includeThoughts: true }],
    ['gemini-3.8-flash', { thinkingLevel: 'LOW' }, { thinkingLevel: 'LOW', includeThoughts: true }],
    ['gemini-3.1-flash-image', {}, undefined],
    ['gemini-2.5-flash-image', { thinkingLevel: 'LOW' }, undefined],
    ['gemini-2.5-flash-preview-tts', { thinkingLevel: 'LOW' }, undefined],
    ['gemini-2.0-flash', { thinkingLevel: 'LOW' }, undefined],
    ['gemma-4-31b-it', { thinkingLevel: 'LOW' }, undefined],
    ['tunedModels/mine', {}, undefined],
  ])('wanted of %s with %j', (model, asked, expected) => {
    expect(fitted(model, { ...asked, includeThoughts: true })).toEqual(expected)
  })

  it('are not asked for where they are not wanted', () => {
    const asked = { thinkingLevel: 'LOW', includeThoughts: false }
    expect(fitted('gemini-3.8-flash', asked)).toEqual({ thinkingLevel: 'LOW' })
  })
})
