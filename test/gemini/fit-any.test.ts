/** Whatever a client asks of any model, the result is a 4xx or a request that Google accepts. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MODELS } from '../../emulator/models.ts'
import { parseMessage } from '../../emulator/proto/parse.ts'
import { checkRequest } from '../../emulator/rules/index.ts'
import { findModel } from '../../emulator/find-model.ts'
import { Signatures } from '../../emulator/state/signatures.ts'
import { toGeminiRequest } from '../../src/dialects/openai-chat/request.ts'
import { parseChatRequest } from '../../src/dialects/openai-chat/body/schema.ts'
import { fit } from '../../src/gemini/fit/index.ts'
import { withPreferences } from '../../src/gemini/preferences.ts'
import { REASONING_FORMATS } from '../../src/gemini/reasoning.ts'
import type { GenerateContentRequest } from '../../src/gemini/types.ts'
import { UPSTREAMS } from '../../src/gemini/upstreams.ts'

const oneOf = fc.constantFrom
const GENERATING = MODELS.filter(({ kind }) => kind !== 'embedding').map(({ id }) => id)
const effort = oneOf('none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max', 'auto')
const budget = oneOf(-1, 0, 1, 127, 511, 1024, 8192, 24_577, 100_000)
const safety = fc.array(
  fc.record({
    category: oneOf(
      'HARM_CATEGORY_HARASSMENT',
      'HARM_CATEGORY_JAILBREAK',
      'HARM_CATEGORY_IMAGE_HATE',
    ),
    threshold: oneOf('OFF', 'BLOCK_NONE', 'BLOCK_ONLY_HIGH'),
  }),
  { maxLength: 3 },
)
const thinkingConfig = fc.oneof(
  fc.record({ thinking_budget: budget, include_thoughts: fc.boolean() }, { requiredKeys: [] }),
  fc.record({
    thinkingLevel: oneOf('minimal', 'LOW', 'MEDIUM', 'HIGH', 'XHIGH'),
    includeThoughts: fc.boolean(),
  }),
)

const settings = fc.record(
  {
    reasoning_effort: effort,
    reasoning: fc.record(
      { effort, max_tokens: budget, exclude: fc.boolean(), enabled: fc.boolean() },
      { requiredKeys: [] },
    ),
    thinking: fc.record(
      { type: oneOf('enabled', 'disabled', 'adaptive'), budget_tokens: budget },
      { requiredKeys: [] },
    ),
    reasoning_format: oneOf(...REASONING_FORMATS),
    google: fc.record(
      { thinking_config: thinkingConfig, safety_settings: safety },
      { requiredKeys: [] },
    ),
    temperature: fc.double({ min: 0, max: 2, noNaN: true }),
    top_p: fc.double({ min: 0, max: 1, noNaN: true }),
    top_k: fc.integer({ min: -1, max: 100 }),
    max_tokens: fc.integer({ min: -1, max: 2 ** 31 - 1 }),
    presence_penalty: fc.double({ min: -2, max: 2, noNaN: true }),
    frequency_penalty: oneOf(-2, 0, 2),
    logprobs: fc.boolean(),
    top_logprobs: fc.integer({ min: 0, max: 20 }),
    seed: fc.maxSafeInteger(),
    stop: fc.array(fc.string(), { maxLength: 5 }), // More than five are refused: test/gateway/ignored.
    response_format: oneOf(
      { type: 'text' },
      { type: 'json_object' },
      { type: 'json_schema', json_schema: { name: 'a', schema: { type: 'object' } } },
      { type: 'json_schema', json_schema: { name: 'a', schema: { type: 'array' } } },
    ),
    modalities: fc.subarray(['text', 'image', 'audio']),
    audio: fc.constant({ voice: 'alloy', format: 'wav' }),
    image_config: fc.constant({ aspect_ratio: '16:9', image_size: '2K' }),
    service_tier: oneOf('auto', 'default', 'flex', 'priority'),
    verbosity: oneOf('low', 'medium', 'high'),
    mediaResolution: oneOf('MEDIA_RESOLUTION_LOW', 'MEDIA_RESOLUTION_HIGH'),
  },
  { requiredKeys: [] },
)

const tools = oneOf<Partial<GenerateContentRequest>>(
  {},
  { tools: [{ functionDeclarations: [{ name: 'f' }] }] },
  {
    tools: [{ functionDeclarations: [{ name: 'f' }, { name: 'g' }] }],
    toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['g'] } },
  },
  { tools: [{ googleSearch: {} }] },
)
const SYSTEM = { role: 'system', content: 'be kind' }
const USER = { role: 'user', content: 'hi' }
const messages = oneOf([USER], [SYSTEM, USER])

describe('any settings, on any model, at any upstream', () => {
  it('make a request that Google takes', () => {
    const asked = fc.record({
      settings,
      tools,
      messages,
      model: oneOf(...GENERATING),
      upstream: oneOf(...UPSTREAMS),
      reasoningFormat: oneOf(null, ...REASONING_FORMATS),
      safetySettings: safety,
      storeResponses: fc.constant(true),
    })
    let accepted = 0
    fc.assert(
      fc.property(asked, (given) => {
        const google = findModel(given.upstream, given.model, 'global')
        fc.pre(google !== undefined)
        // Like a name of the user's own: the checks for known models do not apply to it here.
        const body = { model: 'mine', messages: given.messages, ...given.settings }
        const parsed = parseChatRequest(body)
        if (!parsed.ok) throw new Error(parsed.failure.message)
        const translated = toGeminiRequest(parsed.chat)
        if (!translated.ok) throw new Error(translated.failure.message)
        const before = JSON.stringify(translated.request)
        const request = fit(
          withPreferences({ ...translated.request, ...given.tools }, given, given.safetySettings),
          given,
        )
        const read = parseMessage('GenerateContentRequest', request, {
          upstream: given.upstream,
          version: given.upstream === 'vertex' ? 'v1' : 'v1beta',
        })
        expect(read).toMatchObject({ ok: true })
        if (!read.ok) return
        const subject = { upstream: given.upstream, model: google, signatures: new Signatures() }
        expect(checkRequest({ ...subject, request: read.value })).toBeUndefined()
        expect(JSON.stringify(translated.request)).toBe(before)
        accepted++
      }),
      { numRuns: 1500 },
    )
    expect(accepted).toBeGreaterThan(500)
  })
})
