/** Any value of any field is read, or refused with the field's name. Nothing throws. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { toGeminiRequest } from '../../../src/dialects/openai-chat/request.ts'
import { parseChatRequest } from '../../../src/dialects/openai-chat/body/schema.ts'
import { settingsEntries } from '../../../src/dialects/openai-chat/settings/settings.ts'
import { fit } from '../../../src/gemini/fit/index.ts'
import { withPreferences } from '../../../src/gemini/preferences.ts'
import { traitsOf } from '../../../src/gemini/models/traits.ts'
import { emulatedJson } from '../../../src/gemini/emulated-json.ts'
import { UPSTREAMS } from '../../../src/gemini/upstreams.ts'

const FIELDS = [...Object.keys(settingsEntries()), 'input', 'instructions', 'text', 'tools']
const MODELS = [
  'gemini-2.5-flash',
  'gemini-3.8-flash',
  'gemini-3-pro-image',
  'mine',
  'gemma-4-31b-it',
]

/** Values that resemble settings get further into the code than random ones. */
const WORDS =
  'type effort low enabled google thinking_config thinkingBudget json_schema schema object category voice format role user content'
const word = fc.constantFrom(...WORDS.split(' '))
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    word,
    fc.jsonValue(),
    fc.dictionary(word, tie('any'), { maxKeys: 4 }),
    fc.array(tie('any'), { maxLength: 3 }),
  ),
})).any

it('reads or refuses any value in any field', () => {
  const body = fc.dictionary(fc.constantFrom(...FIELDS), value, { maxKeys: 4 })
  const target = fc.record({
    model: fc.constantFrom(...MODELS),
    upstream: fc.constantFrom(...UPSTREAMS),
  })
  let read = 0
  fc.assert(
    fc.property(body, target, fc.boolean(), (fields, { model, upstream }, isChat) => {
      const messages = isChat ? [{ role: 'user', content: 'hi' }] : null
      const parsed = parseChatRequest({ model, messages, ...fields })
      const translated = parsed.ok ? toGeminiRequest(parsed.chat) : parsed
      if (!translated.ok) return translated.failure.param !== undefined
      const preferences = { reasoningFormat: null, safetySettings: [], storeResponses: true }
      const { request } = translated
      emulatedJson(request, traitsOf(model, upstream))
      const sent = fit(withPreferences(request, preferences, []), { model, upstream })
      expect(JSON.parse(JSON.stringify(sent))).toEqual(sent)
      read++
      return true
    }),
    { numRuns: 3000 },
  )
  expect(read).toBeGreaterThan(200)
})
