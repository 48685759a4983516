/** How Google's answers reach clients, whole and streamed, with the stream cut in any way, on each upstream. */
import { describe } from 'vitest'
import {
  recorded,
  recordedHoweverSplit,
  recordedOnEach,
  type Scripted,
  type Setup,
} from './support/scene.ts'

type Body = Record<string, unknown>

const STREAM = { stream: true, stream_options: { include_usage: true } }
const TOOL = {
  type: 'function',
  function: {
    name: 'weather',
    description: 'The weather of a city',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
    },
  },
}
const TOOLS = { tools: [TOOL] }
const PIXEL = 'iVBORw0KGgo='
const call = (city: string, more: Body = {}): Body => ({
  functionCall: { name: 'weather', args: { city }, ...more },
})
const ends = (parts: Body[], more: Body = {}): Body => ({
  candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP', ...more }],
  usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 },
  modelVersion: 'gemini-2.5-flash',
  responseId: 'response',
})
const goesOn = (parts: Body[]): Body => ({ candidates: [{ content: { role: 'model', parts } }] })

/** What Google says, and what the request adds to "Hello there". */
const ANSWERS: readonly (readonly [string, Scripted, Body?])[] = [
  ['an echo', {}],
  ['letters of all lengths', { text: 'Grüße: 🎉 日本語 "quoted"\nand\ttabs \u2028 </script>' }],
  ['a thought and a text', { thought: 'Let me see.', text: 'It is so.' }],
  [
    'a thought that is not asked for',
    { thought: 'Let me see.', text: 'So.' },
    { include_reasoning: false },
  ],
  ['a bound that is reached', { text: 'One two', finishReason: 'MAX_TOKENS' }],
  ['a bound that is reached in thought', { parts: [], finishReason: 'MAX_TOKENS' }],
  ['a filter after some words', { text: 'One two', finishReason: 'SAFETY' }],
  ['a filter before any', { parts: [], finishReason: 'SAFETY' }],
  ['words of somebody else', { text: 'One two', finishReason: 'RECITATION' }],
  ['a block list', { text: 'One', finishReason: 'BLOCKLIST' }],
  ['another language', { text: 'One', finishReason: 'LANGUAGE' }],
  ['an end of another kind', { text: 'One', finishReason: 'OTHER' }],
  ['an end that nobody knows', { text: 'One', finishReason: 'SOMETHING_NEW' }],
  ['a blocked prompt', { blockReason: 'SAFETY' }],
  ['a prompt of prohibited content', { blockReason: 'PROHIBITED_CONTENT' }],
  ['a call', { parts: [call('Rome', { id: 'c1' })] }, TOOLS],
  ['a call without an id', { parts: [call('Rome')], signatures: false }, TOOLS],
  [
    'calls after words, one of them signed',
    {
      parts: [
        { text: 'I look.' },
        { ...call('Rome', { id: 'c1' }), thoughtSignature: 'c2lnbmF0dXJl' },
        call('Paris', { id: 'c2' }),
      ],
    },
    TOOLS,
  ],
  [
    'a call to what was not declared',
    { parts: [{ functionCall: { name: 'other', args: {}, id: 'c1' } }] },
    TOOLS,
  ],
  [
    'a call that is ended by the bound',
    { parts: [call('Rome', { id: 'c1' })], finishReason: 'MAX_TOKENS' },
    TOOLS,
  ],
  [
    'a call by a forced choice',
    { signatures: false },
    { ...TOOLS, tool_choice: 'required', parallel_tool_calls: false },
  ],
  [
    'a legacy call',
    { parts: [call('Rome', { id: 'c1' })] },
    { functions: [TOOL.function], function_call: 'auto' },
  ],
  [
    'a custom call',
    { parts: [{ functionCall: { name: 'shell', args: { input: 'ls' }, id: 'c1' } }] },
    { tools: [{ type: 'custom', custom: { name: 'shell', description: 'Runs a command' } }] },
  ],
  [
    'code that was run',
    {
      parts: [
        { text: 'I count.' },
        { executableCode: { language: 'PYTHON', code: 'print(6 * 7)' } },
        { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '42\n' } },
        { text: 'It is 42.' },
      ],
    },
    { tools: [{ type: 'code_execution' }] },
  ],
  [
    'code that failed',
    {
      parts: [
        { executableCode: { language: 'PYTHON', code: '1 / 0' } },
        { codeExecutionResult: { outcome: 'OUTCOME_FAILED', output: 'ZeroDivisionError' } },
      ],
    },
    { tools: [{ type: 'code_execution' }] },
  ],
  [
    'a picture',
    { parts: [{ text: 'Here.' }, { inlineData: { mimeType: 'image/png', data: PIXEL } }] },
  ],
  [
    'a sound that nobody asked for',
    { parts: [{ inlineData: { mimeType: 'audio/L16;codec=pcm;rate=24000', data: 'AAABAAIA' } }] },
  ],
  [
    'a page that was searched',
    {
      text: 'Rome is old.',
      candidate: {
        groundingMetadata: {
          webSearchQueries: ['rome age'],
          searchEntryPoint: { renderedContent: '<div></div>' },
          groundingChunks: [
            { web: { uri: 'https://rome.example/age', title: 'Rome' } },
            { web: { uri: 'https://old.example/', title: 'Old' } },
          ],
          groundingSupports: [
            {
              segment: { startIndex: 0, endIndex: 12, text: 'Rome is old.' },
              groundingChunkIndices: [0, 1],
            },
          ],
        },
      },
    },
    { web_search_options: {} },
  ],
  [
    'citations',
    {
      text: 'To be or not to be',
      candidate: {
        citationMetadata: {
          citationSources: [{ startIndex: 0, endIndex: 5, uri: 'https://play.example/' }],
          citations: [{ startIndex: 0, endIndex: 5, uri: 'https://play.example/', title: 'Play' }],
        },
      },
    },
  ],
  [
    'pages that were read',
    {
      text: 'Read.',
      candidate: {
        urlContextMetadata: {
          urlMetadata: [
            {
              retrievedUrl: 'https://page.example/',
              urlRetrievalStatus: 'URL_RETRIEVAL_STATUS_SUCCESS',
            },
          ],
        },
      },
    },
    { tools: [{ type: 'url_context' }] },
  ],
  [
    'log probabilities',
    {
      text: 'Hi',
      candidate: {
        logprobsResult: {
          chosenCandidates: [{ token: 'Hi', tokenId: 1, logProbability: -0.25 }],
          topCandidates: [
            {
              candidates: [
                { token: 'Hi', tokenId: 1, logProbability: -0.25 },
                { token: 'Ho', tokenId: 2, logProbability: -1.5 },
              ],
            },
          ],
        },
      },
    },
    { logprobs: true, top_logprobs: 2 },
  ],
  [
    'every count',
    {
      text: 'Hi',
      usage: {
        promptTokenCount: 100,
        cachedContentTokenCount: 40,
        candidatesTokenCount: 20,
        toolUsePromptTokenCount: 7,
        thoughtsTokenCount: 5,
      },
    },
  ],
  ['no count', { chunks: [{ ...ends([{ text: 'Hi' }]), usageMetadata: null }] }],
  [
    'a schema',
    { signatures: false },
    {
      response_format: {
        type: 'json_schema',
        json_schema: {
          name: 'answer',
          strict: true,
          schema: {
            type: 'object',
            properties: { answer: { type: 'string' } },
            required: ['answer'],
            additionalProperties: false,
          },
        },
      },
    },
  ],
  ['any JSON', { text: '{"a":1}' }, { response_format: { type: 'json_object' } }],
  [
    'JSON in a fence',
    { text: '```json\n{"a":1}\n```' },
    { response_format: { type: 'json_object' } },
  ],
  ['a stop sequence', {}, { stop: ['said'] }],
  ['few tokens', {}, { max_tokens: 20, reasoning_effort: 'none' }],
  ['thinking of all grades', {}, { reasoning_effort: 'high', model: 'gemini-2.5-pro' }],
  ['a model of the third generation', { signatures: false }, { model: 'gemini-3.1-pro-preview' }],
  [
    'a malformed call, then an answer',
    { parts: [], finishReason: 'MALFORMED_FUNCTION_CALL' },
    TOOLS,
  ],
  [
    'malformed calls alone',
    { parts: [], finishReason: 'MALFORMED_FUNCTION_CALL', times: 0 },
    TOOLS,
  ],
  ['an empty answer, then one', { text: '' }],
  ['empty answers alone', { text: '', times: 0 }],
  ['thoughts alone', { thought: 'Let me see.', text: '', times: 0 }],
  ['an answer without an end', { text: 'One two', finishReason: null }],
  ['a filter of pictures', { parts: [], finishReason: 'IMAGE_SAFETY' }],
]

/** Answers that are also sent cut at odd places. */
const ODDLY_SPLIT = new Set([
  'an echo',
  'letters of all lengths',
  'a thought and a text',
  'a filter after some words',
  'calls after words, one of them signed',
  'code that was run',
  'a picture',
  'a page that was searched',
  'log probabilities',
  'JSON in a fence',
  'malformed calls alone',
  'an answer without an end',
])

/** Answers that are played on each upstream; the others are played on one. */
const ON_EACH = new Set([
  ...ODDLY_SPLIT,
  'a call',
  'a blocked prompt',
  'every count',
  'a schema',
  'any JSON',
  'a stop sequence',
  'a model of the third generation',
  'a malformed call, then an answer',
])

describe('POST /v1/chat/completions, whole', () => {
  for (const [name, reply, body] of ANSWERS) {
    if (ON_EACH.has(name)) recordedOnEach(name, { google: [reply] }, { body })
    else recorded(name, { ring: ['service_account'], google: [reply] }, { body })
  }
})

describe('POST /v1/chat/completions, streamed', () => {
  for (const [name, reply, body] of ANSWERS) {
    const ask = { body: { ...body, ...STREAM } }
    if (ODDLY_SPLIT.has(name)) recordedHoweverSplit(name, { google: [reply] }, ask)
    else if (ON_EACH.has(name)) recordedOnEach(name, { google: [reply] }, ask)
    else recorded(name, { ring: ['authorized_user'], google: [reply] }, ask)
  }
})

describe('POST /v1/chat/completions, streamed chunk by chunk', () => {
  const chunks: readonly (readonly [string, Body[]])[] = [
    [
      'a call that comes twice',
      [goesOn([call('Rome', { id: 'c1' })]), ends([call('Rome', { id: 'c1' })])],
    ],
    ['an end of its own', [goesOn([{ text: 'Hi' }]), { candidates: [{ finishReason: 'STOP' }] }]],
    [
      'arguments in pieces',
      [
        goesOn([{ functionCall: { name: 'weather', id: 'c1', willContinue: true } }]),
        goesOn([
          {
            functionCall: {
              partialArgs: [{ jsonPath: '$.city', stringValue: 'Ro', willContinue: true }],
              willContinue: true,
            },
          },
        ]),
        goesOn([
          {
            functionCall: {
              partialArgs: [{ jsonPath: '$.city', stringValue: 'me' }],
              willContinue: true,
            },
          },
        ]),
        ends([{ functionCall: {} }]),
      ],
    ],
    [
      'thoughts between words',
      [
        goesOn([{ text: 'One. ' }]),
        goesOn([{ text: 'Hm. ', thought: true }]),
        ends([{ text: 'Two.' }]),
      ],
    ],
    ['an empty event among others', [goesOn([{ text: 'Hi' }]), {}, ends([{ text: '!' }])]],
  ]
  for (const [name, list] of chunks) {
    recordedHoweverSplit(name, { google: [{ chunks: list }] }, { body: { ...TOOLS, ...STREAM } })
  }
})

describe('POST /v1/chat/completions with n', () => {
  const TWO: Setup = { google: [{ text: 'One two', times: 0 }], interleaved: true }
  recordedOnEach('whole', TWO, { body: { n: 2 } })
  recordedOnEach('streamed', TWO, { body: { ...STREAM, n: 2 } })
  recordedOnEach('streamed, without counts', TWO, { body: { stream: true, n: 3 } })
  const CALLS: Setup = {
    google: [{ parts: [call('Rome')], signatures: false, times: 0 }],
    interleaved: true,
  }
  recorded('calls, whole', CALLS, { body: { ...TOOLS, n: 2 } })
  recorded('calls, streamed', CALLS, { body: { ...TOOLS, ...STREAM, n: 2 } })
  const broken: Setup = { google: [{ parts: [], finishReason: 'SAFETY', times: 0 }] }
  recorded('that are all filtered', broken, { body: { n: 2 } })
  recorded(
    'where one breaks off',
    { google: [{ text: 'One', finishReason: null }, { text: 'One' }] },
    { body: { n: 2 } },
  )
  recorded(
    'where Google fails',
    { google: [{ error: '400_generic', times: 0 }] },
    { body: { n: 2 } },
    { body: { ...STREAM, n: 2 } },
  )
})

describe('POST /v1/chat/completions as a user has it', () => {
  const think: Setup = {
    settings: { reasoning_format: 'think_tags' },
    google: [{ thought: 'Hm.', text: 'Hi' }],
  }
  recorded('with thoughts in tags, whole', think, {})
  recordedHoweverSplit('with thoughts in tags, streamed', think, { body: STREAM })
  recorded(
    'with an alias',
    { settings: { aliases: { fast: 'gemini-2.5-flash-lite' } } },
    { body: { model: 'fast' } },
  )
  const fallback: Setup = {
    settings: { fallbacks: { 'gemini-2.5-pro': ['gemini-2.5-flash'] } },
    google: [{ error: 'gemini_429_day' }],
  }
  recorded('with a model that stands in, whole', fallback, { body: { model: 'gemini-2.5-pro' } })
  recorded('with a model that stands in, streamed', fallback, {
    body: { model: 'gemini-2.5-pro', ...STREAM },
  })
  recorded(
    'with a session',
    { settings: { affinity: true } },
    { headers: { 'x-session-id': 's' } },
    { headers: { 'x-session-id': 's' } },
    { body: { user: 'u' } },
  )
  recorded(
    'in turn',
    { ring: ['api_key', 'api_key'], settings: { mode: 'round_robin' } },
    {},
    {},
    {},
  )
})

describe('POST /v1/chat/completions with what is said before', () => {
  const history = [
    { role: 'system', content: 'Be kind.' },
    { role: 'user', content: [{ type: 'text', text: 'Weather?' }] },
    {
      role: 'assistant',
      content: null,
      tool_calls: [
        { id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"city":"Rome"}' } },
      ],
    },
    { role: 'tool', tool_call_id: 'c1', content: '{"sun":true}' },
  ]
  recordedOnEach('a result', {}, { body: { ...TOOLS, messages: history } })
  recordedOnEach('a result, streamed', {}, { body: { ...TOOLS, messages: history, ...STREAM } })
  recorded(
    'a picture',
    {},
    {
      body: {
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'What is it?' },
              { type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } },
            ],
          },
        ],
      },
    },
  )
  recorded(
    'the shape of Responses',
    {},
    { body: { messages: undefined, input: 'Hello', instructions: 'Be kind.' } },
  )
})
