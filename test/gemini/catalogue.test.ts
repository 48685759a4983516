import { describe, expect, it } from 'vitest'
import { findModel, listModels } from '../../src/gemini/models/find-model.ts'
import { MODELS as EMULATED } from '../../emulator/models.ts'

describe('the catalogue', () => {
  it('lists each model once', () => {
    const models = listModels()
    expect(new Set(models.map(({ id }) => id)).size).toBe(models.length)
  })

  it.each(['text', 'image', 'speech', 'embedding'])('lists those for %s newest first', (kind) => {
    const models = listModels().filter((model) => model.kind === kind)
    const created = models.map((model) => model.created)
    expect(created.length).toBeGreaterThan(0)
    expect(created).toEqual(created.toSorted((a, b) => b - a))
  })

  it.each([
    ['gemini-3.8-flash', 'gemini-3.8-flash'],
    ['models/gemini-2.5-pro', 'gemini-2.5-pro'],
    ['google/gemini-2.5-pro', 'gemini-2.5-pro'],
    ['GEMINI-2.5-PRO', 'gemini-2.5-pro'],
    ['gemini-flash-latest', 'gemini-3.8-flash'],
    ['models/gemini-pro-latest', 'gemini-3.1-pro-preview'],
    ['gemini-flash-lite-latest', 'gemini-3.5-flash-lite'],
  ])('finds %s as %s', (name, id) => {
    expect(findModel(name)?.id).toBe(id)
  })

  it.each(['gpt-4o', '', 'constructor'])('does not know "%s"', (name) => {
    expect(findModel(name)).toBeUndefined()
  })
})

describe('the catalogue and the emulator', () => {
  /** Models that Google serves but the catalogue omits, with the reason. */
  const UNNAMED: Readonly<Record<string, string>> = {
    'gemini-4-hydrogen': 'announced, in no list of ids',
    'gemini-4-neon': 'announced, in no list of ids',
    'gemini-3.8-flash-cyber': 'given to few',
    'gemini-3-flash': "Code Assist's name for gemini-3.5-flash",
    'gemini-flash-latest': 'an alias',
    'gemini-flash-lite-latest': 'an alias',
    'gemini-pro-latest': 'an alias',
    'gemma-4-31b-it': 'not documented for us',
    'gemma-4-26b-a4b-it': 'not documented for us',
    'gemini-nano-banana-2.1': 'no day of release is known',
    'nano-banana-pro-preview': 'no day of release is known',
    'gemini-robotics-er-2-preview': 'no day of release is known',
    'gemini-robotics-er-1.6-preview': 'no day of release is known',
    'gemini-3.5-transcribe': 'no day of release is known',
    'gemini-3.1-flash-tts-preview': 'no day of release is known',
  }

  it('name the same models', () => {
    const named = EMULATED.map(({ id }) => id).filter((id) => !Object.hasOwn(UNNAMED, id))
    expect(
      listModels()
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(named.toSorted())
  })

  it.each(listModels())(
    'say the same of $id',
    ({ id, kind, contextWindow, maxOutput, upstreams }) => {
      const emulated = EMULATED.find((model) => model.id === id)
      // Vectors are not measured in tokens, so this limit is not compared.
      const limit = kind === 'embedding' ? maxOutput : emulated?.outputTokens
      expect([emulated?.kind, emulated?.inputTokens, limit]).toEqual([
        kind,
        contextWindow,
        maxOutput,
      ])
      const routed = typeof emulated?.geminiApi === 'string' ? 'routed' : 'served'
      // Code Assist has another name for this model. Where a model's support is unknown, Google must decide.
      const isKnown = id === 'gemini-3.5-flash' || emulated?.codeAssist === true
      const decided =
        upstreams['code-assist'] === 'unknown' ? 'unknown' : isKnown ? 'served' : 'absent'
      expect({
        'gemini-api': emulated?.geminiApi === false ? 'absent' : routed,
        vertex: emulated?.vertex.length === 0 ? 'absent' : 'served',
        'code-assist': decided,
      }).toEqual(upstreams)
    },
  )
})
