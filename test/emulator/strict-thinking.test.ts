import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../emulator/json.ts'
import { useGoogle } from './google.ts'
import { complaintsOf, config } from './requests.ts'

const google = await useGoogle()
const complaint = complaintsOf(google)

describe('thinking matrix', () => {
  const NO_LEVEL = 'Thinking level is not supported for this model'
  const NO_THOUGHTS =
    'Unable to submit request because Thinking_config.include_thoughts is only enabled when thinking is enabled.'
  const noLevel = (level: string) => `Thinking level ${level} is not supported for this model`
  const range = (budget: number, min: number, max: number) =>
    `The thinking budget ${budget} is invalid. Please choose a value between ${min} and ${max}.`

  it.each<[string, JsonObject, string]>([
    [
      'gemini-2.5-pro',
      { thinkingBudget: 0 },
      'Budget 0 is invalid. This model only works in thinking mode.',
    ],
    ['gemini-2.5-pro', { thinkingBudget: 100 }, range(100, 128, 32_768)],
    ['gemini-2.5-pro', { thinkingBudget: -1 }, 'accepted'],
    ['gemini-2.5-pro', { thinkingLevel: 'LOW' }, NO_LEVEL],
    ['gemini-2.5-flash', { thinkingBudget: 0 }, 'accepted'],
    ['gemini-2.5-flash', { thinkingBudget: 24_577 }, range(24_577, 1, 24_576)],
    ['gemini-2.5-flash-lite', { thinkingBudget: 511 }, range(511, 512, 24_576)],
    ['gemini-2.5-flash', { thinkingBudget: 0, includeThoughts: true }, NO_THOUGHTS],
    ['gemini-2.5-flash', { includeThoughts: true }, 'accepted'],
    ['gemini-2.5-flash-lite', { includeThoughts: true }, NO_THOUGHTS],
    ['gemini-2.5-flash-lite', { includeThoughts: true, thinkingBudget: -1 }, 'accepted'],
    ['gemini-3.1-pro-preview', { thinkingLevel: 'MINIMAL' }, noLevel('MINIMAL')],
    ['gemini-3-flash-preview', { thinkingLevel: 'minimal' }, 'accepted'],
    ['gemini-3-flash-preview', { thinkingBudget: 0 }, 'accepted'],
    ['gemini-3.8-flash', { thinkingLevel: 'MINIMAL' }, noLevel('MINIMAL')],
    ['gemini-3.8-flash', { thinkingLevel: 'XHIGH' }, noLevel('XHIGH')],
    [
      'gemini-3.8-flash',
      { thinkingLevel: 'LOW', thinkingBudget: 1 },
      'You can only set only one of thinking budget and thinking level.',
    ],
    ['gemini-4-argon', { thinkingBudget: 100 }, 'Thinking budget is not supported for this model'],
    ['gemini-4-argon', { thinkingLevel: 'XHIGH' }, noLevel('XHIGH')],
    ['gemini-4-neon', { thinkingLevel: 'XHIGH' }, 'accepted'],
    ['gemini-3-pro-image', { thinkingLevel: 'LOW' }, noLevel('LOW')],
    [
      'gemma-4-31b-it',
      { includeThoughts: true },
      'Unable to submit request because thinking is not supported by this model.',
    ],
  ])('%s with %j', async (id, thinkingConfig, message) => {
    expect(await complaint('gemini-api', config({ thinkingConfig }), id)).toBe(message)
  })
})
