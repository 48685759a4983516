import { expect, it } from 'vitest'
import type { Part, Tool } from '../../src/gemini/types.ts'
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

it('reserves for functions, their calls and their results as for text', () => {
  const text = 'x'.repeat(4000)
  const generationConfig = { maxOutputTokens: 1 }
  const estimate = (part: Part, tools: Tool[] = []): number =>
    estimateTokens({ contents: [{ role: 'user', parts: [part] }], generationConfig, tools })
  const about = (tokens: number): boolean => tokens > 1000 && tokens < 1050
  const call = { functionCall: { name: 'f', args: { a: [text] } } }
  const result = { functionResponse: { name: 'f', response: { a: { b: text } } } }
  const schema = { type: 'object', properties: { a: { description: text } } }
  const tool = { functionDeclarations: [{ name: 'f', parametersJsonSchema: schema }] }
  const estimates = [{ text }, call, result].map((part) => estimate(part))
  expect([...estimates, estimate({ text: '' }, [tool])].filter(about)).toHaveLength(4)
})
