import { expect, it } from 'vitest'
import { estimateTokens } from '../../src/gemini/usage.ts'

it.each([
  [undefined, 2 + 1024],
  [100, 2 + 100],
  [2_000_000_000, 2 + 65_536],
])('reserves, with max_tokens of %s, %i tokens', (maxOutputTokens, expected) => {
  const generationConfig = maxOutputTokens === undefined ? {} : { maxOutputTokens }
  const contents = [{ parts: [{ text: 'Hello!!!' }] }]
  expect(estimateTokens({ contents, generationConfig })).toBe(expected)
})
