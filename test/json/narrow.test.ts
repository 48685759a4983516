import { describe, expect, it } from 'vitest'
import { narrowJson } from '../../src/json/narrow.ts'

const picture = 'A'.repeat(100_000)

describe('a long JSON text', () => {
  it.each(['что это', 'a \u{1f600} b', 'café \u0085 —', '"\\\u2028'])(
    'means the same in ASCII: %j',
    (caption) => {
      const json = JSON.stringify({ caption, [caption]: picture })
      const narrow = narrowJson(json)
      expect(narrow).toMatch(/^[ -~]*$/)
      expect(JSON.parse(narrow)).toEqual(JSON.parse(json))
    },
  )

  it.each([
    ['short', JSON.stringify('что это')],
    ['without such characters', JSON.stringify(`café ${picture}`)],
    ['of nothing but such characters', JSON.stringify('что это'.repeat(20_000))],
  ])('stays as it is: %s', (_, json) => {
    expect(narrowJson(json)).toBe(json)
  })
})
