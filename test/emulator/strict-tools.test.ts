import { describe, expect, it } from 'vitest'
import { HELLO, useGoogle } from './google.ts'
import { complaintsOf, config, declare, parameters } from './requests.ts'
import type { Case } from './requests.ts'

const google = await useGoogle()
const complaint = complaintsOf(google)

describe('refuses tools', () => {
  const at = '* GenerateContentRequest.tools[0].function_declarations[0]'
  const search = { tools: [{ functionDeclarations: [{ name: 'f' }], googleSearch: {} }] }

  it.each<Case>([
    [
      'with a bad name',
      declare({ name: '1f' }),
      `${at}.name: Invalid function name. Must start with a letter or an underscore. Must be alphanumeric (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:), or dashes (-), with a maximum length of 128.`,
    ],
    [
      'of one name twice',
      declare({ name: 'f' }, { name: 'f' }),
      'Duplicate function declaration found: f',
    ],
    [
      'with both schema forms',
      declare({ name: 'f', parameters: { type: 'OBJECT' }, parametersJsonSchema: {} }),
      `${at}: parameters and parameters_json_schema are mutually exclusive, only one can be set.`,
    ],
    [
      'that are empty',
      { ...HELLO, tools: [{}] },
      "* GenerateContentRequest.tools[0].tool_type: required one_of 'tool_type' must have one initialized field",
    ],
    [
      'beside a built-in one on 2.x',
      { ...HELLO, ...search },
      'Built-in tools ({google_search}) and Function Calling cannot be combined in the same request.',
    ],
    [
      'beside a built-in one without the switch',
      { ...HELLO, ...search },
      'Please enable tool_config.include_server_side_tool_invocations to use Built-in tools with Function calling.',
      'gemini-3.8-flash',
    ],
    [
      'beside JSON on 2.x',
      { ...declare({ name: 'f' }), ...config({ responseMimeType: 'application/json' }) },
      "Function calling with a response mime type: 'application/json' is unsupported",
    ],
    [
      'built in, beside JSON on 2.x',
      { ...config({ responseMimeType: 'application/json' }), tools: [{ googleSearch: {} }] },
      "Tool use with a response mime type: 'application/json' is unsupported",
    ],
    [
      'named in mode AUTO',
      {
        ...declare({ name: 'f' }),
        toolConfig: { functionCallingConfig: { mode: 'AUTO', allowedFunctionNames: ['f'] } },
      },
      'Please set allowed_function_names only when function calling mode is ANY or VALIDATED.',
    ],
    [
      'required but not declared',
      { ...HELLO, toolConfig: { functionCallingConfig: { mode: 'ANY' } } },
      'Function calling config is set without function_declarations.',
    ],
    [
      'with an empty object',
      parameters({ type: 'OBJECT' }),
      `${at}.parameters.properties: should be non-empty for OBJECT type`,
    ],
    [
      'requiring what is not there',
      parameters({ type: 'OBJECT', properties: { a: { type: 'STRING' } }, required: ['b'] }),
      `${at}.parameters.required[0]: property is not defined`,
    ],
    [
      'with a list of nothing',
      parameters({ type: 'OBJECT', properties: { a: { type: 'ARRAY' } } }),
      `${at}.parameters.properties[a].items: missing field.`,
    ],
    [
      'with a list of anything',
      parameters({ type: 'OBJECT', properties: { a: { type: 'ARRAY', items: {} } } }),
      `${at}.parameters.properties[a].items: schema must have a type`,
    ],
    [
      'with an enum of numbers',
      parameters({ type: 'OBJECT', properties: { a: { type: 'INTEGER', enum: ['1'] } } }),
      `${at}.parameters.properties[a].enum: only allowed for STRING type`,
    ],
    [
      'with a format',
      parameters({ type: 'OBJECT', properties: { a: { type: 'STRING', format: 'uri' } } }),
      `${at}.parameters.properties[a].format: only 'enum' and 'date-time' are supported for STRING type`,
    ],
  ])('%s', async (_, body, message, id) => {
    expect(await complaint('gemini-api', body, id)).toBe(message)
  })

  it('takes an empty object since Gemini 3', async () => {
    const body = parameters({ type: 'OBJECT' })
    expect(await complaint('gemini-api', body, 'gemini-3.8-flash')).toBe('accepted')
  })
})
