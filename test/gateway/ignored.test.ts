/**
 * Everything that a client asks for is honoured, refused, or named in x-pollux-ignored. Nothing is dropped silently.
 */
import { describe, expect, it } from 'vitest'
import { native, NATIVE_BODY, nativeStream } from '../support/native.ts'
import {
  callsOf,
  chat,
  configure,
  type ErrorBody,
  givenUser,
  google,
  MODEL,
  post,
  type User,
} from '../support/pollux.ts'

const KINDS = ['api_key', 'authorized_user', 'service_account'] as const
const WAYS = [{}, { stream: true }, { n: 2 }, { n: 2, stream: true }]
/** Served by all three upstreams. */
const NEWER = 'gemini-3.1-pro-preview'

type Json = Record<string, unknown>

async function ignored(answer: Response): Promise<string[]> {
  await answer.text()
  expect(answer.status).toBe(200)
  return answer.headers.get('x-pollux-ignored')?.split(', ').toSorted() ?? []
}

async function sentBy(user: User): Promise<Json> {
  const last = (await callsOf(user.credentials[0]?.handle ?? '')).at(-1)?.body as Json
  return (last['request'] ?? last) as Json
}

describe.each(KINDS)('with %s', (kind) => {
  it.each(WAYS)('what has no part in the answer is named: %o', async (how) => {
    const user = await givenUser([kind])
    const answer = await chat(user.key, {
      model: NEWER,
      logit_bias: { 5: 1 },
      metadata: {},
      store: false,
      min_p: 0.1,
      'bad name\n': 1,
      user: 'me',
      extra_body: { google: {}, other: 1 },
      google: { labels: { a: 'b' }, cached_content: null },
      generationConfig: { topZ: 1 },
      chat_template_kwargs: { enable_thinking: false, builtin_tools: ['x'] },
      presence_penalty: 0.5,
      tools: [{ type: 'function', function: { name: 'f' } }, { type: 'web_search' }],
      ...how,
    })
    expect(await ignored(answer)).toEqual([
      'chat_template_kwargs.builtin_tools',
      'extra_body.other',
      'generationConfig.topZ',
      'google.labels',
      'logit_bias',
      'min_p',
      'presence_penalty',
      'tools.google_search',
    ])
  })

  it('what stands within a setting is named by its path', async () => {
    const user = await givenUser([kind])
    const answer = await chat(user.key, {
      model: NEWER,
      max_output_tokens: 5,
      instructions: 'Be kind.',
      extra_body: { google: { generation_config: { response_mime_type: 'x' }, thinking: 1 } },
      google: { thinkingConfig: { thinking_budget: 128, depth: 3 } },
      thinking_config: { mood: 'x' },
      reasoning: { effort: 'low', summary: 'auto', context: 'all' },
      stream_options: { include_obfuscation: false, continuous_usage_stats: true },
      structured_outputs: { json: { type: 'object' }, whitespace_pattern: ' ' },
      tools: [{ type: 'web_search', user_location: { country: 'DE' } }, { url_context: { a: 1 } }],
    })
    expect(await ignored(answer)).toEqual([
      'extra_body.google.generation_config.response_mime_type',
      'extra_body.google.thinking',
      'google.thinkingConfig.depth',
      'instructions',
      'max_output_tokens',
      'reasoning.context',
      'stream_options.continuous_usage_stats',
      'structured_outputs.whitespace_pattern',
      'thinking_config.mood',
      'tools.url_context.a',
      'tools.web_search.user_location',
    ])
  })

  it('a body of the Responses API is named by its own words on the path of chats', async () => {
    const user = await givenUser([kind])
    const answer = await chat(user.key, {
      model: NEWER,
      messages: undefined,
      input: 'Hi',
      instructions: 'Be kind.',
      max_output_tokens: 500,
      text: { verbosity: 'low', speed: 2 },
      reasoning: { effort: 'low', max_tokens: 5 },
      tools: [
        { type: 'web_search_2025_08_26', search_context_size: 'low' },
        { type: 'file_search', vector_store_ids: ['v'] },
      ],
    })
    expect(await ignored(answer)).toEqual([
      'reasoning.max_tokens',
      'text.speed',
      'tools.file_search',
      'tools.web_search.search_context_size',
    ])
  })

  it('nothing is named where all has its part', async () => {
    const user = await givenUser([kind])
    const settings = { temperature: 0.5, top_p: 0.5, seed: 1, max_tokens: 5, stop: ['x'] }
    const json_schema = { name: 'a', strict: true, description: 'b', schema: { type: 'object' } }
    const format = {
      response_format: { type: 'json_schema', json_schema },
      reasoning_effort: 'low',
    }
    const google = { thinking_config: { include_thoughts: true } }
    expect(await ignored(await chat(user.key, { ...settings, ...format }))).toEqual([])
    expect(await ignored(await chat(user.key, { extra_body: { google } }))).toEqual([])
    const tools = [{ type: 'web_search' }, { google_search: {} }]
    expect(await ignored(await chat(user.key, { tools }))).toEqual([])
  })

  it.each([
    { enable_thinking: false },
    { chat_template_kwargs: { enable_thinking: false } },
    { chat_template_kwargs: { thinking: false }, reasoning_effort: 'high' },
    { enable_thinking: true, thinking_budget: 0 },
  ])('thinking is turned off by %o', async (how) => {
    const user = await givenUser([kind])
    expect(await ignored(await chat(user.key, how))).toEqual([])
    const { generationConfig } = await sentBy(user)
    expect(generationConfig).toMatchObject({ thinkingConfig: { thinkingBudget: 0 } })
  })

  const schema = { type: 'object', properties: { a: { type: 'string' } } }
  it.each([
    { guided_json: schema },
    { guided_json: JSON.stringify(schema) },
    { structured_outputs: { json: schema } },
  ])('an answer is held to the schema of %o', async (how) => {
    const user = await givenUser([kind])
    expect(await ignored(await chat(user.key, { ...how, model: NEWER }))).toEqual([])
    const { generationConfig } = await sentBy(user)
    expect(generationConfig).toMatchObject({
      responseMimeType: 'application/json',
      responseJsonSchema: schema,
    })
  })

  it('who speaks is told', async () => {
    const user = await givenUser([kind])
    const messages = [
      { role: 'system', name: 'rules', content: 'Be kind.' },
      { role: 'user', name: 'ada', content: [{ type: 'text', text: 'Hi' }] },
      { role: 'assistant', name: 'bot', content: 'Hello' },
      { role: 'user', name: null, content: 'Bye' },
    ]
    expect(await ignored(await chat(user.key, { messages }))).toEqual([])
    const { contents, systemInstruction } = await sentBy(user)
    expect(systemInstruction).toMatchObject({ parts: [{ text: 'rules: Be kind.' }] })
    expect(contents).toMatchObject([
      { parts: [{ text: 'ada: Hi' }] },
      { parts: [{ text: 'bot: Hello' }] },
      { parts: [{ text: 'Bye' }] },
    ])
  })
})

const MESSAGES = { max_tokens: 9000, messages: [{ role: 'user', content: 'Hi' }] }
const FUNCTION = { name: 'f', input_schema: { type: 'object', properties: { a: {} } } }

describe.each(KINDS)('other dialects, with %s', (kind) => {
  it.each([false, true])('name it as well: Responses (stream: %s)', async (stream) => {
    const user = await givenUser([kind])
    const answer = await post('/v1/responses', user.key, {
      model: NEWER,
      input: 'Hi',
      stream,
      presence_penalty: 0.5,
      max_tool_calls: 3,
      truncation: 'auto',
      safety_identifier: 'x',
      guided_json: {},
      chat_template_kwargs: { enable_thinking: false },
      service_tier: 'scale',
      metadata: { a: 'b' },
      prompt_cache_key: 'k',
      reasoning: { effort: 'low', context: 'all_turns' },
      text: { verbosity: 'low', speed: 2 },
      tools: [
        { type: 'function', name: 'f', parameters: { type: 'object', properties: {} } },
        { type: 'web_search' },
        { type: 'file_search', vector_store_ids: ['v'] },
      ],
    })
    expect(await ignored(answer)).toEqual([
      'chat_template_kwargs',
      'max_tool_calls',
      'presence_penalty',
      'reasoning.context',
      'safety_identifier',
      'service_tier',
      'text.speed',
      'tools.file_search',
      'tools.web_search',
      'truncation',
    ])
  })

  it.each([false, true])('name it as well: Messages (stream: %s)', async (stream) => {
    const user = await givenUser([kind])
    const answer = await post('/v1/messages', user.key, {
      ...MESSAGES,
      model: NEWER,
      stream,
      metadata: { user_id: 'x' },
      cache_control: { type: 'ephemeral' },
      service_tier: 'auto',
      safeguards: [{ type: 'x' }],
      context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] },
      inference_geo: 'us',
      output_config: { effort: 'low', task_budget: { type: 'tokens', total: 9000 } },
      thinking: { type: 'adaptive', block_binding: 'strict' },
      tools: [FUNCTION, { type: 'web_search_20250305', name: 'web_search' }],
    })
    expect(await ignored(answer)).toEqual([
      'context_management',
      'inference_geo',
      'output_config.task_budget',
      'safeguards',
      'thinking.block_binding',
      'tools.web_search',
    ])
  })

  it('name what tools of Google’s own have not', async () => {
    const user = await givenUser([kind])
    const where = { user_location: { type: 'approximate', country: 'DE' } }
    const response = {
      model: NEWER,
      input: 'Hi',
      tools: [
        {
          type: 'web_search',
          filters: { allowed_domains: ['a.org'], since: 'May' },
          search_context_size: 'low',
          ...where,
        },
        { type: 'code_interpreter', container: 'c1' },
      ],
    }
    expect(await ignored(await post('/v1/responses', user.key, response))).toEqual([
      'tools.code_interpreter.container',
      'tools.web_search.filters.since',
      'tools.web_search.search_context_size',
      'tools.web_search.user_location',
    ])
    const search = { type: 'web_search_20250305', name: 'web_search', allowed_domains: ['a.org'] }
    const message = { ...MESSAGES, model: NEWER, tools: [{ ...search, ...where, max_uses: 3 }] }
    expect(await ignored(await post('/v1/messages', user.key, message))).toEqual([
      'tools.web_search.max_uses',
      'tools.web_search.user_location',
    ])
  })

  it('name citations of what a message shows', async () => {
    const user = await givenUser([kind])
    const source = { type: 'text', media_type: 'text/plain', data: 'She is Ada.' }
    const found = { source: 'a.org', title: 'A', content: [{ type: 'text', text: 'Ada' }] }
    const shown = (enabled: boolean): object => ({
      ...MESSAGES,
      model: MODEL,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'document', source, citations: { enabled } },
            { type: 'search_result', ...found, citations: { enabled } },
          ],
        },
      ],
    })
    const named = ['messages.content.citations']
    expect(await ignored(await post('/v1/messages', user.key, shown(true)))).toEqual(named)
    expect(await ignored(await post('/v1/messages', user.key, shown(false)))).toEqual([])
  })

  it('name nothing where all has its part', async () => {
    const user = await givenUser([kind])
    const settings = { temperature: 0.5, top_p: 0.5, top_k: 5 }
    const thinking = { type: 'enabled', budget_tokens: 2000 }
    const message = { ...MESSAGES, ...settings, model: MODEL, thinking, stop_sequences: ['x'] }
    expect(await ignored(await post('/v1/messages', user.key, message))).toEqual([])
    expect(
      await ignored(await post('/v1/messages', user.key, { ...MESSAGES, model: MODEL })),
    ).toEqual([])
    const response = {
      ...settings,
      model: MODEL,
      input: 'Hi',
      reasoning: { effort: 'low', summary: 'auto' },
      text: { format: { type: 'json_object' }, verbosity: 'low' },
      include: ['reasoning.encrypted_content'],
      store: false,
      stop: ['1', '2', '3', '4', '5', ''],
      stream_options: { include_obfuscation: false },
    }
    expect(await ignored(await post('/v1/responses', user.key, response))).toEqual([])
  })

  it('name no thinking that is left to the model, as it is without a word', async () => {
    const user = await givenUser([kind])
    const thinking = { type: 'adaptive', display: 'omitted' }
    const message = { ...MESSAGES, model: NEWER, thinking }
    expect(await ignored(await post('/v1/messages', user.key, message))).toEqual([])
    const google = { thinking_config: { thinking_budget: -1 } }
    expect(await ignored(await chat(user.key, { model: NEWER, google }))).toEqual([])
    const generationConfig = { thinkingConfig: { thinkingBudget: -1 } }
    const body = { ...NATIVE_BODY, generationConfig }
    expect(await ignored(await native(user.key, body, { model: NEWER }))).toEqual([])
  })

  it('name what a model takes no part of', async () => {
    // Code Assist does not have this model.
    const user = await givenUser([kind === 'authorized_user' ? 'api_key' : kind])
    const settings = { temperature: 0.1, top_p: 0.1, top_k: 5, model: 'gemini-3.8-flash' }
    const message = { ...MESSAGES, ...settings }
    const named = ['temperature', 'top_k', 'top_p']
    expect(await ignored(await post('/v1/messages', user.key, message))).toEqual(named)
    const response = { input: 'Hi', ...settings, top_logprobs: 2 }
    expect(await ignored(await post('/v1/responses', user.key, response))).toEqual([
      'temperature',
      'top_k',
      'top_logprobs',
      'top_p',
    ])
  })
})

describe('Gemini’s own API', () => {
  const declared = { functionDeclarations: [{ name: 'f' }] }
  const config = { temperature: 0.5, candidateCount: 1, thinking_config: { thinkingLevel: 'low' } }
  const body = { ...NATIVE_BODY, generation_config: config, tools: [declared] }

  it.each([native, nativeStream])('names what Code Assist does not get: %o', async (asked) => {
    const user = await givenUser(['authorized_user'])
    const more = {
      ...body,
      service_tier: 'flex',
      store: true,
      cachedContent: '',
      generation_config: { ...config, candidateCount: 2, response_logprobs: true },
      tools: [declared, { google_search: {} }],
    }
    expect(await ignored(await asked(user.key, more, { model: NEWER }))).toEqual([
      'generation_config.candidateCount',
      'generation_config.response_logprobs',
      'service_tier',
      'store',
      'tools.google_search',
    ])
  })

  it('names what the model that stands in takes no part of', async () => {
    const user = await givenUser(['api_key'])
    await configure(user, { aliases: { mine: 'gemini-3.8-flash' } })
    const answer = await native(user.key, body, { model: 'mine' })
    expect(await ignored(answer)).toEqual(['generation_config.temperature'])
    await configure(user, { aliases: { mine: 'gemini-2.5-flash-image' } })
    const imageConfig = { aspectRatio: '1:1', image_size: '1K' }
    const picture = { ...NATIVE_BODY, generationConfig: { imageConfig } }
    expect(await ignored(await native(user.key, picture, { model: 'mine' }))).toEqual([
      'generationConfig.imageConfig.image_size',
    ])
  })

  it.each(KINDS)('names nothing where all has its part, with %s', async (kind) => {
    const user = await givenUser([kind])
    expect(await ignored(await native(user.key, body, { model: NEWER }))).toEqual([])
  })
})

describe('what cannot be honoured', () => {
  it('is refused by Responses as well', async () => {
    const user = await givenUser()
    const stop = ['1', '2', '3', '4', '5', '6']
    const answer = await post('/v1/responses', user.key, { model: MODEL, input: 'Hi', stop })
    expect(answer.status).toBe(400)
    expect((await answer.json<ErrorBody>()).error.param).toBe('stop')
    expect(await callsOf(user.credentials[0]?.handle ?? '')).toEqual([])
  })

  it.each<[Json, string]>([
    [{ stop: ['1', '2', '3', '4', '5', '6'] }, 'stop'],
    [{ guided_json: 'x' }, 'guided_json'],
    [{ guided_regex: 'a+' }, 'guided_regex'],
    [{ guided_choice: ['a'] }, 'guided_choice'],
    [{ guided_grammar: 'x' }, 'guided_grammar'],
    [{ grammar: 'x' }, 'grammar'],
    [{ structured_outputs: { choice: ['a'] } }, 'structured_outputs.choice'],
    [{ enable_thinking: 'no' }, 'enable_thinking'],
    [{ messages: [{ role: 'user', content: 'hi', name: 5 }] }, 'messages[0].name'],
  ])('is refused by name: %o', async (fields, param) => {
    const user = await givenUser()
    const answer = await chat(user.key, fields)
    expect(answer.status).toBe(400)
    expect((await answer.json<ErrorBody>()).error.param).toBe(param)
    expect(await callsOf(user.credentials[0]?.handle ?? '')).toEqual([])
  })
})

describe('what models take no part of', () => {
  it('is named by the client’s own words', async () => {
    const user = await givenUser()
    const settings = { temperature: 0.1, top_p: 0.1, top_k: 5, logprobs: true, top_logprobs: 2 }
    const named = await ignored(await chat(user.key, { model: 'gemini-3.8-flash', ...settings }))
    expect(named).toEqual(['logprobs', 'temperature', 'top_k', 'top_logprobs', 'top_p'])
  })

  it('is named by whichever of the words for thinking the client used', async () => {
    const user = await givenUser()
    const data = btoa('\x89PNG\r\n\x1a\n')
    const reply = { parts: [{ inlineData: { mimeType: 'image/png', data } }] }
    await google.script({ credential: user.credentials[0]?.handle ?? '', times: 0, reply })
    const model = 'gemini-2.5-flash-image'
    for (const [asked, named] of [
      [{ reasoning_effort: 'high' }, ['reasoning_effort']],
      [{ thinking: { type: 'enabled', budget_tokens: 500 } }, ['thinking']],
      [{ enable_thinking: true, thinking_budget: 9 }, ['enable_thinking', 'thinking_budget']],
      [{ google: { thinking_config: { thinking_budget: 9 } } }, ['thinking_config']],
      [{ reasoning_effort: 'none' }, []],
    ] as const) {
      expect(await ignored(await chat(user.key, { model, ...asked }))).toEqual(named)
    }
  })

  it('is named on other routes as well', async () => {
    const user = await givenUser()
    const body = { model: MODEL, prompt: 'a', logit_bias: { 5: 1 } }
    expect(await ignored(await post('/v1/completions', user.key, body))).toEqual(['logit_bias'])
    const newer = { model: 'gemini-3.8-flash', prompt: 'a', temperature: 0.5, presence_penalty: 1 }
    const options = { stream: true, stream_options: { include_usage: true, x: 1 } }
    for (const how of [{}, { n: 2 }, options]) {
      expect(await ignored(await post('/v1/completions', user.key, { ...newer, ...how }))).toEqual([
        'presence_penalty',
        ...('stream' in how ? ['stream_options.x'] : []),
        'temperature',
      ])
    }
    const picture = { model: 'gemini-3.1-flash-image', prompt: 'a', quality: 'hd', user: 'me' }
    const data = btoa('\x89PNG\r\n\x1a\n')
    const reply = { parts: [{ inlineData: { mimeType: 'image/png', data } }] }
    await google.script({ credential: user.credentials[0]?.handle ?? '', times: 1, reply })
    expect(await ignored(await post('/v1/images/generations', user.key, picture))).toEqual([
      'quality',
    ])
    const texts = { model: 'gemini-embedding-001', input: 'a', truncate: true }
    expect(await ignored(await post('/v1/embeddings', user.key, texts))).toEqual(['truncate'])
  })
})
