import { describe, expect, it } from 'vitest'
import { parseChatRequest } from '../../../src/dialects/openai-chat/body/schema.ts'

const USER = { role: 'user', content: 'hi' }
const MODEL = 'gemini-2.5-flash'

function withFields(fields: Record<string, unknown>): unknown {
  return { model: MODEL, messages: [USER], ...fields }
}

function withMessages(...messages: unknown[]): unknown {
  return { model: MODEL, messages }
}

function withParts(...content: unknown[]): unknown {
  return withMessages({ role: 'user', content })
}

describe('accepts', () => {
  it.each<[string, unknown]>([
    ['the smallest request', withFields({})],
    ['null for every optional field', withFields({ temperature: null, max_tokens: null })],
    ['-1 as no limit', withFields({ max_tokens: -1 })],
    ['0 as no limit', withFields({ max_completion_tokens: 0 })],
    ['stop as a string', withFields({ stop: 'END' })],
    ['stop as a list with an empty string', withFields({ stop: [''] })],
    ['stop null', withFields({ stop: null })],
    ['unknown fields', withFields({ mirostat: 2, provider: {}, min_p: 'x' })],
    ['fields OpenAI has and Google has not', withFields({ logit_bias: { 50: 1 }, user: 'u' })],
    ['penalties, whatever they are', withFields({ presence_penalty: 2, frequency_penalty: null })],
    ['metadata and store', withFields({ metadata: { a: 'b' }, store: true })],
    ['no tools', withFields({ tools: [], functions: null })],
    ['tool_choice without tools', withFields({ tool_choice: 'required' })],
    ['n of one', withFields({ n: 1 })],
    ['n of eight', withFields({ n: 8 })],
    ['response_format text', withFields({ response_format: { type: 'text' } })],
    ['modalities of text alone', withFields({ modalities: ['text'] })],
    ['logprobs false', withFields({ logprobs: false, top_logprobs: 0 })],
    ['stream_options without stream', withFields({ stream_options: { include_usage: true } })],
    ['the model role', withMessages(USER, { role: 'model', content: 'hello' }, USER)],
    ['a developer message after the user', withMessages(USER, { role: 'developer', content: 'x' })],
    ['an empty user text', withMessages(USER, { role: 'user', content: '' })],
    ['an assistant message without content', withMessages({ role: 'assistant' }, USER)],
    [
      'an echoed answer with all its nulls',
      withMessages(USER, {
        role: 'assistant',
        content: 'hello',
        annotations: null,
        audio: null,
        function_call: null,
        parsed: null,
        refusal: null,
        tool_calls: null,
      }),
    ],
    [
      'an echoed answer with an empty list of calls',
      withMessages({ role: 'assistant', content: null, tool_calls: [] }),
    ],
    [
      'cache_control on a part',
      withParts({ type: 'text', text: 'hi', cache_control: { type: 'x' } }),
    ],
  ])('%s', (_, body) => {
    expect(parseChatRequest(body)).toMatchObject({ ok: true })
  })
})

describe('reads', () => {
  it.each([
    ['models/gemini-2.5-flash', 'gemini-2.5-flash'],
    ['google/gemini-2.5-flash', 'gemini-2.5-flash'],
    ['google/models/gemini-2.5-flash', 'gemini-2.5-flash'],
    ['gemini-flash-latest', 'gemini-flash-latest'],
    ['tunedModels/mine', 'tunedModels/mine'],
  ])('the model %s as %s', (model, expected) => {
    expect(parseChatRequest(withFields({ model }))).toMatchObject({ chat: { model: expected } })
  })

  it('content as a list of texts, whichever form it came in', () => {
    const body = withMessages(
      { role: 'system', content: 'be brief' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
      { role: 'assistant', content: [{ type: 'refusal', refusal: 'no' }] },
    )
    expect(parseChatRequest(body)).toMatchObject({
      chat: { messages: [{ content: ['be brief'] }, { content: ['a', 'b'] }, { content: ['no'] }] },
    })
  })

  it.each([
    [true, true],
    [false, false],
    [null, false],
    [undefined, false],
  ])('stream %s as %s', (stream, expected) => {
    expect(parseChatRequest(withFields({ stream }))).toMatchObject({ chat: { stream: expected } })
  })
})

describe('refuses', () => {
  it.each<[string, unknown, string, string | undefined]>([
    ['a body that is a list', [], 'invalid_type', undefined],
    ['a body that is null', null, 'invalid_type', undefined],
    ['a body that is a string', 'hi', 'invalid_type', undefined],
    ['no model', { messages: [USER] }, 'missing_required_parameter', 'model'],
    ['a null model', withFields({ model: null }), 'missing_required_parameter', 'model'],
    ['a model that is a number', withFields({ model: 4 }), 'invalid_type', 'model'],
    ['an empty model', withFields({ model: '' }), 'invalid_value', 'model'],
    ['a model that is only a prefix', withFields({ model: 'models/' }), 'invalid_value', 'model'],
    ['a model with a space', withFields({ model: 'gemini 2.5' }), 'invalid_value', 'model'],
    ['a model that climbs', withFields({ model: 'a/../b' }), 'invalid_value', 'model'],
    ['a model with a dot segment', withFields({ model: 'a/./b' }), 'invalid_value', 'model'],
    ['a model with a query', withFields({ model: 'gemini?key=x' }), 'invalid_value', 'model'],
    ['a model with a fragment', withFields({ model: 'gemini#x' }), 'invalid_value', 'model'],
    ['a model with an escape', withFields({ model: 'gemini%2fx' }), 'invalid_value', 'model'],
    ['a model with a newline', withFields({ model: 'gemini\nx' }), 'invalid_value', 'model'],
    ['a model that ends in a newline', withFields({ model: 'gemini\n' }), 'invalid_value', 'model'],
    ['a model with a backslash', withFields({ model: 'a\\b' }), 'invalid_value', 'model'],
    ['a model that is too long', withFields({ model: 'g'.repeat(129) }), 'invalid_value', 'model'],
    ['no messages', { model: MODEL }, 'missing_required_parameter', 'messages'],
    ['null messages', withFields({ messages: null }), 'missing_required_parameter', 'messages'],
    ['empty messages', withMessages(), 'invalid_value', 'messages'],
    ['messages that are a string', withFields({ messages: 'hi' }), 'invalid_type', 'messages'],
    ['a message that is a string', withMessages(USER, 'hi'), 'invalid_type', 'messages[1]'],
    ['a message that is null', withMessages(null), 'invalid_type', 'messages[0]'],
    [
      'a message without a role',
      withMessages({ content: 'x' }),
      'missing_required_parameter',
      'messages[0].role',
    ],
    [
      'an unknown role',
      withMessages(USER, { role: 'bot', content: 'x' }),
      'invalid_value',
      'messages[1].role',
    ],
    [
      'a role in the wrong case',
      withMessages({ role: 'System', content: 'x' }),
      'invalid_value',
      'messages[0].role',
    ],
    [
      'a role that is a number',
      withMessages({ role: 1, content: 'x' }),
      'invalid_type',
      'messages[0].role',
    ],
    [
      'a user message without content',
      withMessages({ role: 'user' }),
      'missing_required_parameter',
      'messages[0].content',
    ],
    [
      'content that is a number',
      withMessages({ role: 'user', content: 7 }),
      'invalid_type',
      'messages[0].content',
    ],
    [
      'content that is an object',
      withMessages({ role: 'user', content: {} }),
      'invalid_type',
      'messages[0].content',
    ],
    ['a part that is a string', withParts('hi'), 'invalid_type', 'messages[0].content[0]'],
    [
      'a part without a type',
      withParts({ text: 'hi' }),
      'missing_required_parameter',
      'messages[0].content[0].type',
    ],
    [
      'an unknown part',
      withParts({ type: 'smell' }),
      'invalid_value',
      'messages[0].content[0].type',
    ],
    [
      'a text that is a number',
      withParts({ type: 'text', text: 'a' }, { type: 'text', text: 7 }),
      'invalid_type',
      'messages[0].content[1].text',
    ],
    [
      'a text part without text',
      withParts({ type: 'text' }),
      'missing_required_parameter',
      'messages[0].content[0].text',
    ],
    ['temperature above 2', withFields({ temperature: 2.1 }), 'invalid_value', 'temperature'],
    ['temperature below 0', withFields({ temperature: -0.1 }), 'invalid_value', 'temperature'],
    ['temperature as a string', withFields({ temperature: '1' }), 'invalid_type', 'temperature'],
    ['top_p above 1', withFields({ top_p: 1.1 }), 'invalid_value', 'top_p'],
    ['top_p below 0', withFields({ top_p: -1 }), 'invalid_value', 'top_p'],
    ['max_tokens as a string', withFields({ max_tokens: '100' }), 'invalid_type', 'max_tokens'],
    ['max_tokens with a fraction', withFields({ max_tokens: 1.5 }), 'invalid_type', 'max_tokens'],
    ['max_tokens below -1', withFields({ max_tokens: -2 }), 'invalid_value', 'max_tokens'],
    [
      'max_tokens beyond 32 bits',
      withFields({ max_tokens: 2 ** 31 }),
      'invalid_value',
      'max_tokens',
    ],
    ['top_k as a string', withFields({ top_k: 'x' }), 'invalid_type', 'top_k'],
    ['seed as a string', withFields({ seed: 'x' }), 'invalid_type', 'seed'],
    ['n of zero', withFields({ n: 0 }), 'invalid_value', 'n'],
    ['n above 8', withFields({ n: 9 }), 'unsupported_value', 'n'],
    ['n as a string', withFields({ n: '1' }), 'invalid_type', 'n'],
    ['stop as a number', withFields({ stop: 1 }), 'invalid_type', 'stop'],
    ['a stop that is a number', withFields({ stop: ['a', 1] }), 'invalid_type', 'stop[1]'],
    ['stream as a string', withFields({ stream: 'true' }), 'invalid_type', 'stream'],
    [
      'stream_options as a list',
      withFields({ stream_options: 'x' }),
      'invalid_type',
      'stream_options',
    ],
    [
      'include_usage as a number',
      withFields({ stream_options: { include_usage: 1 } }),
      'invalid_type',
      'stream_options.include_usage',
    ],
  ])('%s', (_, body, reason, param) => {
    const failure = param === undefined ? { reason } : { reason, param }
    expect(parseChatRequest(body)).toMatchObject({ ok: false, failure })
  })

  it('and says which field, what was expected and what came, but not the value', () => {
    const body = withParts({ type: 'text', text: 7 })
    expect(parseChatRequest(body)).toMatchObject({
      failure: {
        message: "Invalid type for 'messages[0].content[0].text': expected a string, got a number.",
      },
    })
  })
})

describe('does not yet support', () => {
  it.each<[string, unknown, string, string]>([
    [
      'a response that is kept elsewhere',
      withFields({ previous_response_id: 'x' }),
      'previous_response_id',
      'POST /v1/responses',
    ],
    [
      'a conversation that is kept elsewhere',
      withFields({ conversation: { id: 'x' } }),
      'conversation',
      'POST /v1/responses',
    ],
    [
      'audio in the history',
      withMessages({ role: 'assistant', audio: { id: 'x' } }),
      'messages[0].audio',
      'not supported by this version of Pollux yet',
    ],
  ])('%s', (_, body, param, words) => {
    expect(parseChatRequest(body)).toMatchObject({
      ok: false,
      failure: {
        reason: 'unsupported_parameter',
        param,
        message: expect.stringContaining(words),
      },
    })
  })
})
