import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../emulator/json.ts'
import type { Upstream } from '../../emulator/protocol.ts'
import { HELLO, useGoogle } from './google.ts'
import {
  call,
  complaintsOf,
  config,
  declare,
  model,
  parameters,
  result,
  text,
  user,
} from './requests.ts'

const google = await useGoogle()
const complaint = complaintsOf(google)

describe('accepts', () => {
  const PNG = 'iVBORw0KGgo='
  it.each<[string, Upstream, JsonObject, string?]>([
    [
      'everything common at once',
      'gemini-api',
      {
        contents: [
          user(text),
          model(text),
          user({ inline_data: { mime_type: 'image/png', data: PNG } }, text),
        ],
        system_instruction: { parts: { text: 'Be brief.' } },
        safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'OFF' }],
        generation_config: {
          temperature: 0.5,
          top_p: 0.9,
          topK: 40,
          max_output_tokens: '100',
          stop_sequences: ['x'],
          seed: 7,
        },
      },
    ],
    [
      'functions with a schema',
      'vertex',
      {
        ...parameters({
          type: 'object',
          properties: {
            a: { type: 'string', enum: ['x'] },
            b: { type: 'ARRAY', items: { type: 'integer' } },
          },
          required: ['a'],
        }),
        toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['f'] } },
        labels: { team: 'a' },
      },
    ],
    [
      'JSON Schema',
      'code-assist',
      declare({ name: 'f', parametersJsonSchema: { $schema: 'x', type: ['object', 'null'] } }),
    ],
    [
      'a call and its result',
      'gemini-api',
      { contents: [user(text), model(call()), user(result())] },
    ],
    [
      'a JSON answer by schema',
      'gemini-api',
      config({ responseMimeType: 'application/json', responseSchema: { type: 'STRING' } }),
    ],
    ['a prefilled turn on 2.5', 'gemini-api', { contents: [user(text), model(text)] }],
    ['a single content without role', 'gemini-api', { contents: [{ parts: [text] }] }],
    [
      'role function before 3.6',
      'gemini-api',
      { contents: [user(text), model(call()), { role: 'function', parts: [result()] }] },
    ],
    ['penalties on 3.5 Flash', 'vertex', config({ presencePenalty: 0.5 }), 'gemini-3.5-flash'],
    [
      'functions beside search on Gemini 3',
      'gemini-api',
      {
        ...HELLO,
        tools: [{ functionDeclarations: [{ name: 'f' }] }, { googleSearch: {} }],
        toolConfig: { includeServerSideToolInvocations: true },
      },
      'gemini-3.8-flash',
    ],
  ])('%s', async (_, upstream, body, id) => {
    expect(await complaint(upstream, body, id)).toBe('accepted')
  })
})
