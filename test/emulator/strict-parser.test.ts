import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../emulator/json.ts'
import type { Upstream } from '../../emulator/protocol.ts'
import { HELLO, useGoogle } from './google.ts'
import {
  call,
  complaintsOf,
  config,
  model,
  parameters,
  result,
  text,
  unknown,
  user,
} from './requests.ts'
import type { Case } from './requests.ts'

const google = await useGoogle()
const complaint = complaintsOf(google)
const GEMINI_TYPES = 'type.googleapis.com/google.ai.generativelanguage.v1beta'

describe('refuses what the parser does not know', () => {
  it.each<Case>([
    [
      'a top-level name',
      { ...HELLO, foo: 1 },
      'Invalid JSON payload received. Unknown name "foo": Cannot find field.',
    ],
    [
      'a name in a part',
      { contents: [user({ ...text, cache_control: {} })] },
      unknown('cache_control', 'contents[0].parts[0]'),
    ],
    [
      'a JSON Schema keyword',
      parameters({ type: 'OBJECT', additionalProperties: false }),
      unknown('additionalProperties', 'tools[0].function_declarations[0].parameters'),
    ],
    [
      'one in a property',
      parameters({ type: 'OBJECT', properties: { a: { type: 'STRING' }, b: { const: 1 } } }),
      unknown('const', 'tools[0].function_declarations[0].parameters.properties[1].value'),
    ],
    [
      'a list of types',
      parameters({ type: ['string', 'null'] }),
      unknown(
        'type',
        'tools[0].function_declarations[0].parameters',
        'Proto field is not repeating, cannot start list.',
      ),
    ],
    [
      'a list as function response',
      { contents: [user(text), model(call()), user(result('f', []))] },
      unknown(
        'response',
        'contents[2].parts[0].function_response',
        'Proto field is not repeating, cannot start list.',
      ),
    ],
    [
      'a scalar as function response',
      { contents: [user(text), model(call()), user(result('f', 'x'))] },
      `Invalid value at 'contents[2].parts[0].function_response.response' (type.googleapis.com/google.protobuf.Struct), "x"`,
    ],
    [
      'a number for text',
      { contents: [user({ text: 5 })] },
      "Invalid value at 'contents[0].parts[0].text' (TYPE_STRING), 5",
    ],
    [
      'text for a number',
      config({ temperature: 'hot' }),
      `Invalid value at 'generation_config.temperature' (TYPE_FLOAT), "hot"`,
    ],
    [
      'a fraction for an integer',
      config({ maxOutputTokens: 1.5 }),
      "Invalid value at 'generation_config.max_output_tokens' (TYPE_INT32), 1.5",
    ],
    [
      'text for a message',
      { contents: ['hi'] },
      `Invalid value at 'contents[0]' (${GEMINI_TYPES}.Content), "hi"`,
    ],
    [
      'an unknown enum value',
      { ...HELLO, safetySettings: [{ category: 'X' }] },
      `Invalid value at 'safety_settings[0].category' (${GEMINI_TYPES}.HarmCategory), "X"`,
    ],
    [
      'an enum value of Vertex',
      { ...HELLO, safetySettings: [{ category: 'HARM_CATEGORY_IMAGE_HATE' }] },
      `Invalid value at 'safety_settings[0].category' (${GEMINI_TYPES}.HarmCategory), "HARM_CATEGORY_IMAGE_HATE"`,
    ],
    [
      'the number that a category has at Vertex',
      { ...HELLO, safetySettings: [{ category: 3 }] },
      `Invalid value at 'safety_settings[0].category' (${GEMINI_TYPES}.HarmCategory), 3`,
    ],
    [
      'a number in enum',
      parameters({ type: 'INTEGER', enum: [1] }),
      "Invalid value at 'tools[0].function_declarations[0].parameters.enum[0]' (TYPE_STRING), 1",
    ],
    [
      'two kinds of data',
      { contents: [user({ ...text, ...call() })] },
      "Invalid value at 'contents[0].parts[0]' (oneof), oneof field 'data' is already set. Cannot set 'functionCall'",
    ],
    [
      'bad base64',
      { contents: [user({ inlineData: { mimeType: 'image/png', data: '?' } })] },
      `Invalid value at 'contents[0].parts[0].inline_data.data' (TYPE_BYTES), Base64 decoding failed for "?"`,
    ],
    [
      'a bare string as systemInstruction',
      { ...HELLO, systemInstruction: 'x' },
      `Invalid value at 'system_instruction' (${GEMINI_TYPES}.Content), "x"`,
    ],
  ])('%s', async (_, body, message) => {
    expect(await complaint('gemini-api', body)).toBe(message)
  })

  it('tells all violations at once, with their fields', async () => {
    const { handle } = await google.control.registerApiKey()
    const response = await google.post(
      '/v1beta/models/gemini-2.5-flash:generateContent',
      { ...HELLO, a: 1, generationConfig: { n: 2 } },
      { 'x-goog-api-key': handle },
    )
    const lines = [
      'Invalid JSON payload received. Unknown name "a": Cannot find field.',
      unknown('n', 'generation_config'),
    ]
    expect(await google.errorOf(response)).toMatchObject({
      message: lines.join('\n'),
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.BadRequest',
          fieldViolations: [
            { description: lines[0] },
            { field: 'generation_config', description: lines[1] },
          ],
        },
      ],
    })
  })

  it.each<[Upstream, JsonObject, string]>([
    [
      'vertex',
      { ...HELLO, toolConfig: { includeServerSideToolInvocations: true } },
      unknown('includeServerSideToolInvocations', 'tool_config'),
    ],
    [
      'vertex',
      { ...HELLO, session_id: 'x' },
      'Invalid JSON payload received. Unknown name "session_id": Cannot find field.',
    ],
    ['code-assist', { ...HELLO, serviceTier: 'flex' }, unknown('serviceTier', 'request')],
    [
      'code-assist',
      config({ imageConfig: {} }),
      unknown('imageConfig', 'request.generation_config'),
    ],
  ])('%s does not know fields of the others', async (upstream, body, message) => {
    expect(await complaint(upstream, body, 'gemini-2.5-pro')).toBe(message)
  })
})

describe('refuses half a surrogate pair', () => {
  const ask = (body: JsonObject): Promise<string> => complaint('gemini-api', body)
  const REFUSED = /^Invalid JSON payload received\. Unexpected token\./

  it.each<[name: string, body: JsonObject]>([
    ['in a text', { contents: [user({ text: 'cut \ud83d' })] }],
    ['the other half', { contents: [user({ text: '\ude00 cut' })] }],
    ['in a name', { contents: [user(text), model(call()), user(result('f', { '\ud83d': 1 }))] }],
  ])('%s', async (_, body) => {
    expect(await ask(body)).toMatch(REFUSED)
  })

  it('but takes whole ones, and what only looks like half of one', async () => {
    const escaped = JSON.stringify({ contents: [user({ text: '😀 \\ud83d' })] })
    const body = JSON.parse(escaped.replace('😀', '\\ud83d\\ude00')) as JsonObject
    expect(await ask(body)).toBe('accepted')
  })
})
