/** Every body that a client sends is translated, or refused with a field's name. Nothing throws. */
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { toGeminiRequest } from '../../../src/dialects/openai-chat/request.ts'
import { parseChatRequest } from '../../../src/dialects/openai-chat/body/schema.ts'
import { fit } from '../../../src/gemini/fit/index.ts'
import { UPSTREAMS } from '../../../src/gemini/upstreams.ts'
import { toOpenAIError } from '../../../src/dialects/openai/family.ts'
import { anyBody, written } from '../support/any-body.ts'

const MODELS = ['gemini-2.5-flash', 'gemini-3.8-flash', 'gemini-4-neon', 'gemma-4-31b-it', 'nought']

it('any body is translated for any target, or refused by name', () => {
  let translated = 0
  fc.assert(
    fc.property(anyBody(MODELS), (text) => {
      const parsed = parseChatRequest(JSON.parse(written(text)))
      const request = parsed.ok ? toGeminiRequest(parsed.chat) : parsed
      if (!request.ok) {
        const { message, param, code } = toOpenAIError(request.failure).error
        return message !== '' && (param ?? code) !== null
      }
      translated += 1
      for (const upstream of UPSTREAMS) {
        for (const model of MODELS) {
          for (const schemas of ['json', 'openapi'] as const) {
            JSON.stringify(fit(request.request, { upstream, model, schemas, dummiesOnly: true }))
          }
        }
      }
      return true
    }),
    { numRuns: 2000 },
  )
  // Otherwise the test would have shown nothing.
  expect(translated).toBeGreaterThan(200)
})
