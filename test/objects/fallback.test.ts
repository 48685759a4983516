import { describe, expect, it } from 'vitest'
import { choose } from '../../src/objects/ring/fallback-model.ts'
import type { Selection } from '../../src/objects/ring/select.ts'
import { DEFAULT_SETTINGS } from '../../src/objects/config/user-settings.ts'

const settings = { ...DEFAULT_SETTINGS, fallbacks: { best: ['good', 'cheap'] } }

function exhausted(retryAt: number): Selection {
  return { ok: false, reason: 'exhausted', retryAt, dimension: 'requests_per_minute' }
}

const OPEN = { ok: true, credential: { id: 'c' }, test: false, affinity: null } as Selection
const BROKEN: Selection = { ok: false, reason: 'credentials_unusable' }

function chosen(
  byModel: Readonly<Record<string, Selection>>,
  operation: 'generate' | 'embed' = 'generate',
  overrides: Partial<typeof settings> = {},
) {
  const asked = { model: 'best', operation }
  return choose({ ...settings, ...overrides }, asked, (model) => byModel[model] ?? BROKEN)
}

describe('the model of an attempt', () => {
  it.each<[string, ReturnType<typeof chosen>, string, object]>([
    ['is the one asked for', chosen({ best: OPEN, good: OPEN }), 'best', { ok: true }],
    [
      'is the first fallback that can serve while that is out of quota',
      chosen({ best: exhausted(9), good: exhausted(7), cheap: OPEN }),
      'cheap',
      { ok: true },
    ],
    [
      'is the one asked for where none can, with the earliest recovery of all',
      chosen({ best: exhausted(9), good: exhausted(7), cheap: exhausted(8) }),
      'best',
      { reason: 'exhausted', retryAt: 7 },
    ],
    [
      'is the one asked for where something else than quota is wrong with it',
      chosen({ best: { ok: false, reason: 'all_tried' }, good: OPEN }),
      'best',
      { reason: 'all_tried' },
    ],
    [
      'is the one asked for where the others are not allowed',
      chosen({ best: exhausted(9), good: OPEN, cheap: OPEN }, 'generate', { models: ['best'] }),
      'best',
      { reason: 'exhausted', retryAt: 9 },
    ],
    [
      'is a fallback by its own name, although an alias leads that name elsewhere',
      chosen({ best: exhausted(9), good: OPEN }, 'generate', { aliases: { good: 'best' } }),
      'good',
      { ok: true },
    ],
    [
      'is always the one asked for where it embeds',
      chosen({ best: exhausted(9), good: OPEN }, 'embed'),
      'best',
      { reason: 'exhausted', retryAt: 9 },
    ],
  ])('%s', (_, choice, model, selection) => {
    expect(choice.model).toBe(model)
    expect(choice.selection).toMatchObject(selection)
  })
})
