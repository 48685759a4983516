import { describe, expect, it } from 'vitest'
import { HELLO, useGoogle } from './google.ts'
import { complaintsOf, config, text } from './requests.ts'
import type { Case } from './requests.ts'

const google = await useGoogle()
const complaint = complaintsOf(google)

describe('refuses settings', () => {
  it.each<Case>([
    [
      'temperature',
      config({ temperature: 2.5 }),
      '* GenerateContentRequest.generation_config.temperature: temperature must be in the range [0.0, 2.0].',
    ],
    [
      'maxOutputTokens',
      config({ maxOutputTokens: 70_000 }),
      'Unable to submit request because it has a maxOutputTokens value of 70000 but the supported range is from 1 (inclusive) to 65537 (exclusive). Update the value and try again.',
    ],
    [
      'six stop sequences',
      config({ stopSequences: ['a', 'b', 'c', 'd', 'e', 'f'] }),
      '* GenerateContentRequest.generation_config.stop_sequences: at most 5 stop sequences are allowed.',
    ],
    [
      'an empty stop sequence',
      config({ stopSequences: ['a', ''] }),
      '* GenerateContentRequest.generation_config.stop_sequences[1]: must not be empty.',
    ],
    ['penalties', config({ frequencyPenalty: 0 }), 'Penalty is not enabled for this model'],
    [
      'several candidates',
      config({ candidateCount: 2 }),
      'Multiple candidates is not enabled for this model',
      'gemini-3.8-flash',
    ],
    [
      'several candidates of an image model',
      config({ candidateCount: 2 }),
      'Multiple candidates is not enabled for models/gemini-2.5-flash-image',
      'gemini-2.5-flash-image',
    ],
    [
      'logprobs',
      config({ responseLogprobs: true }),
      'Logprobs is not enabled for models/gemini-2.5-flash',
    ],
    [
      'a schema without mime type',
      config({ responseJsonSchema: {} }),
      "* GenerateContentRequest.generation_config.response_json_schema: only allowed when response_mime_type is 'application/json'.",
    ],
    [
      'a schema in both forms',
      config({
        responseMimeType: 'application/json',
        responseSchema: { type: 'STRING' },
        responseJsonSchema: {},
      }),
      '* GenerateContentRequest.generation_config: response_schema and response_json_schema are mutually exclusive, only one can be set.',
    ],
    [
      'a system instruction for Gemma',
      { ...HELLO, systemInstruction: { parts: [text] } },
      'Developer instruction is not enabled for models/gemma-4-31b-it',
      'gemma-4-31b-it',
    ],
    [
      'continuation before Gemini 4',
      { ...HELLO, continuationToken: 'dG9r' },
      'Continuation is not supported for this model.',
    ],
  ])('%s', async (_, body, message, id) => {
    expect(await complaint('gemini-api', body, id)).toBe(message)
  })
})
