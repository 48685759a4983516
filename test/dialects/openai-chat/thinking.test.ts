import { describe, expect, it } from 'vitest'
import { PLAIN, planFor } from '../../../src/dialects/openai-chat/plan.ts'
import { toGeminiRequest } from '../../../src/dialects/openai-chat/request.ts'
import { parseChatRequest } from '../../../src/dialects/openai-chat/body/schema.ts'
import { REASONING_FORMATS, type ReasoningFormat } from '../../../src/gemini/reasoning.ts'

type Fields = Record<string, unknown>

function parse(fields: Fields): ReturnType<typeof parseChatRequest> {
  const messages = [{ role: 'user', content: 'hi' }]
  return parseChatRequest({ model: 'gemini-2.5-flash', messages, ...fields })
}

function translated(fields: Fields) {
  const parsed = parse(fields)
  if (!parsed.ok) throw new Error(parsed.failure.message)
  const result = toGeminiRequest(parsed.chat)
  if (!result.ok) throw new Error(result.failure.message)
  return result
}

const google = (thinking_config: Fields): Fields => ({
  extra_body: { google: { thinking_config } },
})

describe('how much to think', () => {
  it.each<[string, Fields, Fields | undefined]>([
    ['nothing said', {}, undefined],
    ['null', { reasoning_effort: null, reasoning: null, thinking: null }, undefined],
    ['an empty reasoning', { reasoning: {} }, undefined],

    ['reasoning_effort none', { reasoning_effort: 'none' }, { thinkingBudget: 0 }],
    ['reasoning_effort disable', { reasoning_effort: 'disable' }, { thinkingBudget: 0 }],
    ['reasoning_effort minimal', { reasoning_effort: 'minimal' }, { thinkingLevel: 'MINIMAL' }],
    ['reasoning_effort low', { reasoning_effort: 'low' }, { thinkingLevel: 'LOW' }],
    ['reasoning_effort medium', { reasoning_effort: 'medium' }, { thinkingLevel: 'MEDIUM' }],
    ['reasoning_effort high', { reasoning_effort: 'high' }, { thinkingLevel: 'HIGH' }],
    ['reasoning_effort xhigh', { reasoning_effort: 'xhigh' }, { thinkingLevel: 'XHIGH' }],
    ['reasoning_effort max', { reasoning_effort: 'max' }, { thinkingLevel: 'XHIGH' }],
    ['reasoning_effort auto', { reasoning_effort: 'auto' }, { thinkingBudget: -1 }],
    ['reasoning_effort in capitals', { reasoning_effort: 'HIGH' }, { thinkingLevel: 'HIGH' }],

    ['reasoning.effort', { reasoning: { effort: 'low' } }, { thinkingLevel: 'LOW' }],
    ['reasoning.max_tokens', { reasoning: { max_tokens: 2000 } }, { thinkingBudget: 2000 }],
    ['reasoning.enabled', { reasoning: { enabled: true } }, { thinkingBudget: -1 }],
    ['reasoning not enabled', { reasoning: { enabled: false } }, { thinkingBudget: 0 }],
    [
      'reasoning.exclude',
      { reasoning: { effort: 'high', exclude: true } },
      { thinkingLevel: 'HIGH', includeThoughts: false },
    ],

    [
      'thinking with a budget',
      { thinking: { type: 'enabled', budget_tokens: 4096 } },
      { thinkingBudget: 4096 },
    ],
    ['thinking without a budget', { thinking: { type: 'enabled' } }, { thinkingBudget: -1 }],
    ['adaptive thinking', { thinking: { type: 'adaptive' } }, { thinkingBudget: -1 }],
    ['thinking disabled', { thinking: { type: 'disabled' } }, { thinkingBudget: 0 }],

    ["Google's budget", google({ thinking_budget: 100 }), { thinkingBudget: 100 }],
    ["Google's level", google({ thinking_level: 'low' }), { thinkingLevel: 'LOW' }],
    [
      "Google's own spelling, nested once",
      { google: { thinkingConfig: { thinkingLevel: 'HIGH', includeThoughts: true } } },
      { thinkingLevel: 'HIGH', includeThoughts: true },
    ],
    [
      "Gemini's own generationConfig",
      { generationConfig: { thinkingConfig: { thinkingBudget: 0 } } },
      { thinkingBudget: 0 },
    ],
    ['include_reasoning', { include_reasoning: false }, { includeThoughts: false }],
    ['reasoning_format none', { reasoning_format: 'none' }, { includeThoughts: false }],
    ['reasoning_format think_tags', { reasoning_format: 'think_tags' }, { includeThoughts: true }],
  ])('%s', (_, fields, thinkingConfig) => {
    expect(translated(fields).request.generationConfig?.thinkingConfig).toEqual(thinkingConfig)
  })

  it.each<[string, Fields, Fields]>([
    [
      "Google's words before OpenAI's",
      { ...google({ thinking_budget: 7 }), reasoning_effort: 'high' },
      { thinkingBudget: 7 },
    ],
    [
      'include_thoughts alone beside an effort',
      { ...google({ include_thoughts: true }), reasoning_effort: 'high' },
      { thinkingLevel: 'HIGH', includeThoughts: true },
    ],
    [
      'thinking before reasoning',
      { thinking: { type: 'disabled' }, reasoning: { effort: 'high' } },
      { thinkingBudget: 0 },
    ],
    [
      'reasoning before reasoning_effort',
      { reasoning: { effort: 'low' }, reasoning_effort: 'high' },
      { thinkingLevel: 'LOW' },
    ],
    [
      'max_tokens before effort',
      { reasoning: { effort: 'low', max_tokens: 9 } },
      { thinkingBudget: 9 },
    ],
    [
      'extra_body.google before google',
      { ...google({ thinking_budget: 1 }), google: { thinking_config: { thinking_budget: 2 } } },
      { thinkingBudget: 1 },
    ],
  ])('takes the most exact: %s', (_, fields, thinkingConfig) => {
    expect(translated(fields).request.generationConfig?.thinkingConfig).toEqual(thinkingConfig)
  })

  it.each<[string, Fields, string, string]>([
    ['an unknown effort', { reasoning_effort: 'huge' }, 'value', 'reasoning_effort'],
    ['an effort that is a number', { reasoning_effort: 3 }, 'type', 'reasoning_effort'],
    ['an unknown effort inside', { reasoning: { effort: 'x' } }, 'value', 'reasoning.effort'],
    ['reasoning as a word', { reasoning: 'high' }, 'type', 'reasoning'],
    ['an unknown thinking', { thinking: { type: 'x' } }, 'value', 'thinking.type'],
    [
      'a budget below -1',
      { thinking: { type: 'enabled', budget_tokens: -2 } },
      'value',
      'thinking.budget_tokens',
    ],
    ['an unknown format', { reasoning_format: 'x' }, 'value', 'reasoning_format'],
    [
      'a budget and a level, which Google refuses',
      google({ thinking_budget: 1, thinking_level: 'LOW' }),
      'value',
      'extra_body.google.thinking_config',
    ],
    [
      'an unknown level',
      google({ thinking_level: 'x' }),
      'value',
      'extra_body.google.thinking_config.thinking_level',
    ],
    [
      "a wrong type in Google's spelling",
      { google: { thinkingConfig: { thinkingBudget: '1' } } },
      'type',
      'google.thinkingConfig.thinkingBudget',
    ],
  ])('refuses %s', (_, fields, what, param) => {
    const failure = { reason: `invalid_${what}`, param }
    expect(parse(fields)).toMatchObject({ ok: false, failure })
  })
})

describe('where thoughts go', () => {
  it.each<[string, Fields, string, boolean]>([
    ['nothing said', {}, 'reasoning_content', false],
    ['an effort', { reasoning_effort: 'low' }, 'reasoning_content', false],
    ["OpenRouter's words", { reasoning: { effort: 'low' } }, 'reasoning', false],
    ["OpenRouter's older word", { include_reasoning: true }, 'reasoning', false],
    ['reasoning excluded', { reasoning: { exclude: true } }, 'none', true],
    ["OpenRouter's older word for that", { include_reasoning: false }, 'none', true],
    ["Groq's word", { reasoning_format: 'raw' }, 'think_tags', true],
    ['a client that fails on thoughts', { reasoning_format: 'none' }, 'none', true],
    ...REASONING_FORMATS.map((name): [string, Fields, string, boolean] => [
      name,
      { reasoning_format: name },
      name,
      true,
    ]),
  ])('%s', (_, fields, reasoning, reasoningAsked) => {
    expect(translated(fields).plan).toMatchObject({ reasoning, reasoningAsked })
  })

  const request = { contents: [] }
  const target = { model: 'gemini-2.5-flash', upstream: 'vertex' } as const
  const preferring = (reasoningFormat: ReasoningFormat | null) => ({
    request,
    target,
    preferences: { reasoningFormat, safetySettings: [], storeResponses: true },
  })

  it("is the user's own setting where the request does not say", () => {
    expect(planFor(PLAIN, preferring('think_tags')).reasoning).toBe('think_tags')
  })

  it('is what the request says, whatever the setting', () => {
    const asked = { ...PLAIN, reasoning: 'none', reasoningAsked: true } as const
    expect(planFor(asked, preferring('think_tags')).reasoning).toBe('none')
  })

  it('is what the way of asking suggests where nobody says', () => {
    const plan = { ...PLAIN, reasoning: 'reasoning' } as const
    expect(planFor(plan, preferring(null)).reasoning).toBe('reasoning')
  })
})

describe('an answer that is to be JSON', () => {
  const schema = { type: 'object' }
  const formats = [
    { type: 'json_object' },
    { type: 'json_schema', json_schema: { name: 'a', schema } },
  ]
  const tools = [{ type: 'function', function: { name: 'f' } }]
  const tagging = {
    reasoningFormat: 'think_tags',
    safetySettings: [],
    storeResponses: true,
  } as const
  const asked = { reasoning_format: 'think_tags' }

  it.each(
    formats.flatMap((response_format) =>
      [{}, { tools }, asked].flatMap((fields) =>
        ['gemini-2.5-flash', 'gemini-3.8-flash'].map((model) => ({
          ...fields,
          response_format,
          model,
        })),
      ),
    ),
  )('has no tags of thoughts in it: %o', ({ model, ...fields }) => {
    const { request, plan } = translated(fields)
    const terms = { request, target: { model, upstream: 'vertex' }, preferences: tagging } as const
    expect(planFor(plan, terms).reasoning).toBe('reasoning_content')
  })
})

describe('the function whose arguments are the answer', () => {
  const schema = { type: 'object' }
  const response_format = { type: 'json_schema', json_schema: { name: 'a', schema } }
  const tools = [{ type: 'function', function: { name: 'f' } }]
  const preferences = { reasoningFormat: null, safetySettings: [], storeResponses: true }

  it.each<[string, Fields, string, string | null]>([
    ['where Google takes no JSON beside tools', { tools }, 'gemini-2.5-flash', 'final_answer'],
    ['where it takes both', { tools }, 'gemini-3.8-flash', null],
    ['where there are no tools', {}, 'gemini-2.5-flash', null],
    [
      'where JSON is asked for in words, and may come in a fence',
      { tools, response_format: { type: 'json_object' } },
      'gemini-2.5-flash',
      'final_answer',
    ],
  ])('%s', (_, fields, model, expected) => {
    const { request, plan } = translated({ response_format, ...fields })
    const terms = { request, target: { model, upstream: 'vertex' }, preferences } as const
    expect(planFor(plan, terms).answerFunction).toBe(expected)
  })
})

describe('what was said is kept to the end', () => {
  const preferences = { reasoningFormat: null, safetySettings: [], storeResponses: true }
  const functions = [{ type: 'function', function: { name: 'f' } }]

  it.each<[string, Fields, string, boolean]>([
    ['not for an answer that nothing quotes', {}, 'gemini-3.8-flash', false],
    ['not for functions of the client', { tools: functions }, 'gemini-3.8-flash', false],
    ['for a search, which quotes it', { web_search_options: {} }, 'gemini-3.8-flash', true],
    [
      'for a search beside functions',
      { tools: [...functions, { type: 'web_search' }] },
      'gemini-3.8-flash',
      true,
    ],
    [
      'for what is cached, which may have a search of its own',
      { cached_content: 'cachedContents/a' },
      'gemini-3.8-flash',
      true,
    ],
    ['for a voice, whose words are told', {}, 'gemini-2.5-flash-preview-tts', true],
    ['for what may be a voice, for all that is known', {}, 'lyria-3-pro-preview', true],
  ])('%s', (_, fields, model, expected) => {
    const { request, plan } = translated(fields)
    const terms = { request, target: { model, upstream: 'gemini-api' }, preferences } as const
    expect(planFor(plan, terms).keepsText).toBe(expected)
  })
})
