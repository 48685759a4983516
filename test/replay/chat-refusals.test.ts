/** Mistakes in a chat request, by kind of field. */
import { describe } from 'vitest'
import { recordedEach, recordedOnEach } from './support/scene.ts'

const said = (content: unknown) => ({ messages: [{ role: 'user', content }] })
const offered = (tool: unknown) => ({ tools: [tool] })

const REFUSED: Record<string, Record<string, unknown>> = {
  'no model': { model: undefined },
  'a model that is a number': { model: 7 },
  'a model that is no name': { model: '../secrets' },
  'a model that is too long': { model: 'm'.repeat(129) },
  'a model that nobody knows': { model: 'gemini-0-nothing' },
  'a model that embeds': { model: 'gemini-embedding-001' },
  'no messages': { messages: undefined },
  'messages that are a text': { messages: 'Hello' },
  'an empty list of messages': { messages: [] },
  'a message that is a text': { messages: ['Hello'] },
  'a message that is null': { messages: [null] },
  'no role': { messages: [{ content: 'Hello' }] },
  'an unknown role': { messages: [{ role: 'wizard', content: 'Hello' }] },
  'no content': { messages: [{ role: 'user' }] },
  'content that is a number': said(5),
  'content that is empty': said(''),
  'a part without a type': said([{ text: 'Hello' }]),
  'a part of an unknown type': said([{ type: 'smell', text: 'x' }]),
  'a part that is null': said([null]),
  'a picture without an address': said([{ type: 'image_url', image_url: {} }]),
  'a picture of no data': said([
    { type: 'image_url', image_url: { url: 'data:image/png;base64,' } },
  ]),
  'a picture that is none': said([
    { type: 'image_url', image_url: { url: 'data:image/png;base64,***' } },
  ]),
  'a picture at a private address': said([
    { type: 'image_url', image_url: { url: 'http://127.0.0.1/x.png' } },
  ]),
  'a picture at no address': said([{ type: 'image_url', image_url: { url: 'ftp://x/y' } }]),
  'a sound of an unknown format': said([
    { type: 'input_audio', input_audio: { data: 'AAAA', format: 'midi' } },
  ]),
  'a file by its id': said([{ type: 'file', file: { file_id: 'file-1' } }]),
  'an audio of before': { messages: [{ role: 'assistant', audio: { id: 'a' } }] },
  'a result of no call': { messages: [{ role: 'tool', tool_call_id: 'c', content: 'x' }] },
  'a result without an id': { messages: [{ role: 'tool', content: 'x' }] },
  'arguments that are no JSON': {
    messages: [
      { role: 'user', content: 'x' },
      {
        role: 'assistant',
        tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{' } }],
      },
      { role: 'tool', tool_call_id: 'c', content: 'x' },
    ],
  },
  'system words alone': { messages: [{ role: 'system', content: 'Be kind.' }] },
  'a stream that is a text': { stream: 'yes' },
  'options that are a text': { stream_options: 'x' },
  'n of nought': { n: 0 },
  'n of nine': { n: 9 },
  'n of a half': { n: 1.5 },
  'a temperature of three': { temperature: 3 },
  'a temperature that is a text': { temperature: 'hot' },
  'a top_p of two': { top_p: 2 },
  'a penalty of three': { presence_penalty: 3 },
  'max_tokens of nought': { max_tokens: 0 },
  'max_tokens that are a text': { max_tokens: '5' },
  'both kinds of max_tokens': { max_tokens: 5, max_completion_tokens: 6 },
  'a stop that is a number': { stop: 5 },
  'six stops': { stop: ['a', 'b', 'c', 'd', 'e', 'f'] },
  'a seed that is a text': { seed: 'x' },
  'too many log probabilities': { logprobs: true, top_logprobs: 21 },
  'log probabilities that are a text': { logprobs: 'yes' },
  'an unknown effort': { reasoning_effort: 'heroic' },
  'an unknown format of thoughts': { reasoning_format: 'x' },
  'two ways to say how to think': {
    reasoning_effort: 'low',
    thinking: { type: 'enabled', budget_tokens: 5000 },
  },
  'an unknown format': { response_format: { type: 'yaml' } },
  'a schema that is none': {
    response_format: { type: 'json_schema', json_schema: { name: 'x', schema: 5 } },
  },
  'no schema': { response_format: { type: 'json_schema' } },
  'tools that are an object': { tools: {} },
  'a tool of an unknown type': offered({ type: 'hammer' }),
  'a tool without a function': offered({ type: 'function' }),
  'a function without a name': offered({ type: 'function', function: {} }),
  'a function whose name is empty': offered({ type: 'function', function: { name: '' } }),
  'parameters that are a text': offered({
    type: 'function',
    function: { name: 'f', parameters: 'x' },
  }),
  'an unknown choice': {
    ...offered({ type: 'function', function: { name: 'f' } }),
    tool_choice: 'maybe',
  },
  'a choice of what is not there': {
    ...offered({ type: 'function', function: { name: 'f' } }),
    tool_choice: { type: 'function', function: { name: 'g' } },
  },
  'a choice without tools': { tool_choice: 'required' },
  'an unknown modality': { modalities: ['smell'] },
  'an unknown voice': { modalities: ['audio'], audio: { voice: 'nobody', format: 'pcm16' } },
  'an unknown verbosity': { verbosity: 'epic' },
  'safety of an unknown kind': { safety_settings: [{ category: 'X', threshold: 'Y' }] },
  'a cache that is none': { cached_content: 'x' },
  'an answer before': { previous_response_id: 'resp_1' },
  'a conversation': { conversation: 'c' },
  'generation that is a text': { generation_config: 'x' },
}

const named = Object.entries(REFUSED).map(([name, body]) => [name, { body }] as const)

describe('POST /v1/chat/completions with', () => {
  recordedEach('a bad field', {}, Object.fromEntries(named))
  recordedOnEach(
    'what only Google refuses',
    {},
    { body: { model: 'gemini-2.5-pro', reasoning_effort: 'none' } },
    { body: { model: 'gemini-2.5-flash-image', n: 1 } },
  )
})

describe('POST /v1/chat/completions with a body', () => {
  const packed = (text: string) => ({ body: text, headers: { 'content-encoding': 'gzip' } })
  recordedEach(
    'that cannot be read',
    {},
    {
      empty: { body: '' },
      blank: { body: '  \n' },
      'no JSON': { body: '{"model":' },
      'a list': { body: '[]' },
      'a text': { body: '"x"' },
      null: { body: 'null' },
      deep: { body: '['.repeat(600) + ']'.repeat(600) },
      'deep in a message': {
        body: `{"model":"gemini-2.5-flash","messages":${'['.repeat(600)}${']'.repeat(600)}}`,
      },
      large: { body: JSON.stringify({ model: 'gemini-2.5-flash', pad: 'x'.repeat(200_001) }) },
      'not what its encoding says': packed('{}'),
      'in an unknown encoding': { body: '{}', headers: { 'content-encoding': 'br' } },
      'in no UTF-8': { body: new Uint8Array([0x22, 0xff, 0xfe, 0x22]) },
      'of another type': { body: {}, headers: { 'content-type': 'text/plain' } },
      'a form': { body: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    },
  )
})
