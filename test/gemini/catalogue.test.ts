import { describe, expect, it } from 'vitest'
import { findModel, listModels } from '../../src/gemini/models/catalogue.ts'

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
    ['gemini-flash-latest', 'gemini-3.8-flash'],
    ['models/gemini-pro-latest', 'gemini-3.1-pro-preview'],
    ['gemini-flash-lite-latest', 'gemini-3.5-flash-lite'],
  ])('finds %s as %s (E84)', (name, id) => {
    expect(findModel(name)?.id).toBe(id)
  })

  it.each(['gpt-4o', '', 'constructor', 'GEMINI-2.5-PRO'])('does not know "%s"', (name) => {
    expect(findModel(name)).toBeUndefined()
  })
})
