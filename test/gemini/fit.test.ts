import { describe, expect, it } from 'vitest'
import { emulatedJson } from '../../src/gemini/emulated-json.ts'
import { fit } from '../../src/gemini/fit/index.ts'
import { traitsOf } from '../../src/gemini/models/traits.ts'
import type { GenerateContentRequest, GenerationConfig } from '../../src/gemini/types.ts'
import type { Upstream } from '../../src/gemini/upstreams.ts'

const HELLO: GenerateContentRequest = { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] }

function fitted(
  request: Partial<GenerateContentRequest>,
  model: string,
  upstream: Upstream = 'vertex',
): GenerateContentRequest {
  return fit({ ...HELLO, ...request }, { model, upstream })
}

describe('sampling', () => {
  const warm = { temperature: 1, topP: 0.5, topK: 3 }

  it.each<[string, GenerationConfig, string, Upstream, GenerationConfig | undefined]>([
    ['is taken up to 3.6', warm, 'gemini-3.6-flash', 'vertex', warm],
    ['is left out from 3.7 on', warm, 'gemini-3.7-flash', 'vertex', undefined],
    ['is left out for Gemini 4', warm, 'gemini-4-argon', 'vertex', undefined],
    [
      'penalties reach 3.5 Flash',
      { presencePenalty: 1, frequencyPenalty: -2 },
      'gemini-3.5-flash',
      'vertex',
      { presencePenalty: 1, frequencyPenalty: -2 },
    ],
    [
      'but not what the Gemini API answers in its stead',
      { presencePenalty: 1 },
      'gemini-3.5-flash',
      'gemini-api',
      undefined,
    ],
    [
      "a penalty of 2 is as high as Google's range",
      { presencePenalty: 2 },
      'gemini-3.5-flash',
      'vertex',
      { presencePenalty: 1.99 },
    ],
    ['nor 2.5', { presencePenalty: 1 }, 'gemini-2.5-flash', 'vertex', undefined],
    ['nor 3.5 Flash-Lite', { frequencyPenalty: 1 }, 'gemini-3.5-flash-lite', 'vertex', undefined],
    [
      'candidates are taken by 2.5',
      { candidateCount: 3 },
      'gemini-2.5-pro',
      'vertex',
      { candidateCount: 3 },
    ],
    ['more than it takes are not', { candidateCount: 9 }, 'gemini-2.5-pro', 'vertex', undefined],
    ['none by 3', { candidateCount: 2 }, 'gemini-3-flash-preview', 'vertex', undefined],
    [
      'logprobs reach 2.5 on Vertex',
      { responseLogprobs: true, logprobs: 2 },
      'gemini-2.5-pro',
      'vertex',
      { responseLogprobs: true, logprobs: 2 },
    ],
    [
      'but not on the Gemini API',
      { responseLogprobs: true, logprobs: 2 },
      'gemini-2.5-pro',
      'gemini-api',
      undefined,
    ],
    ['nor 3.8', { responseLogprobs: true }, 'gemini-3.8-flash', 'vertex', undefined],
    [
      "max_tokens is at most the model's own limit",
      { maxOutputTokens: 1_000_000 },
      'gemini-2.5-flash',
      'vertex',
      { maxOutputTokens: 65_536 },
    ],
    [
      'that of a model of pictures is lower',
      { maxOutputTokens: 1_000_000 },
      'gemini-3-pro-image',
      'vertex',
      { maxOutputTokens: 32_768 },
    ],
    [
      'that of a tuned model is left to Google',
      { maxOutputTokens: 1_000_000 },
      'tunedModels/mine',
      'vertex',
      { maxOutputTokens: 1_000_000 },
    ],
  ])('%s', (_, generationConfig, model, upstream, expected) => {
    expect(fitted({ generationConfig }, model, upstream).generationConfig).toEqual(expected)
  })
})

describe('output', () => {
  const both = { responseModalities: ['TEXT', 'IMAGE'], imageConfig: { aspectRatio: '1:1' } }
  const voice = { speechConfig: { voiceConfig: {} }, responseModalities: ['AUDIO'] }

  it.each<[string, GenerationConfig | undefined, string, GenerationConfig | undefined]>([
    ['a picture from a model of pictures', both, 'gemini-3.1-flash-image', both],
    ['only text from a model of text', both, 'gemini-3.8-flash', undefined],
    [
      'no size where there is but one',
      { imageConfig: { aspectRatio: '1:1', imageSize: '4K' } },
      'gemini-2.5-flash-image',
      { imageConfig: { aspectRatio: '1:1' } },
    ],
    ['a voice from a model of voices', voice, 'gemini-2.5-flash-preview-tts', voice],
    [
      'also where nobody said so',
      undefined,
      'gemini-2.5-flash-preview-tts',
      { responseModalities: ['AUDIO'] },
    ],
    ['no voice from a model of text', voice, 'gemini-2.5-flash', undefined],
  ])('%s', (_, asked, model, expected) => {
    const request = asked === undefined ? {} : { generationConfig: asked }
    expect(fitted(request, model).generationConfig).toEqual(expected)
  })
})

describe('what one upstream knows and another refuses', () => {
  const flex = { serviceTier: 'flex' }
  const picture = { generationConfig: { imageConfig: { aspectRatio: '1:1' } } }
  const harassment = { category: 'HARM_CATEGORY_HARASSMENT', threshold: 'OFF' }
  const image = { category: 'HARM_CATEGORY_IMAGE_HATE', threshold: 'OFF' }

  it.each<[string, Partial<GenerateContentRequest>, Upstream, Partial<GenerateContentRequest>]>([
    ['a service tier', flex, 'vertex', flex],
    ['a service tier', flex, 'gemini-api', flex],
    ['a service tier', flex, 'code-assist', {}],
    ['the format of a picture', picture, 'gemini-api', picture],
    ['the format of a picture', picture, 'code-assist', {}],
    [
      'safety of pictures',
      { safetySettings: [harassment, image] },
      'vertex',
      { safetySettings: [harassment, image] },
    ],
    [
      'safety of pictures',
      { safetySettings: [harassment, image] },
      'gemini-api',
      { safetySettings: [harassment] },
    ],
    ['safety of pictures', { safetySettings: [image] }, 'code-assist', {}],
  ])('%s (%j) on %s', (_, request, upstream, expected) => {
    expect(fitted(request, 'gemini-3.1-flash-image', upstream)).toEqual({ ...HELLO, ...expected })
  })
})

describe('a system instruction', () => {
  const systemInstruction = { parts: [{ text: 'be brief' }] }

  it('opens the conversation where there can be none', () => {
    expect(fitted({ systemInstruction }, 'gemma-4-31b-it')).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'be brief' }, { text: 'hi' }] }],
    })
  })

  it('stays where it is else', () => {
    const request = { ...HELLO, systemInstruction }
    expect(fitted(request, 'gemini-3.8-flash')).toEqual(request)
  })
})

describe('JSON', () => {
  const schema = { type: 'object', properties: { a: { type: 'string' } } }
  const config = { responseMimeType: 'application/json', responseJsonSchema: schema }
  const tools = [{ functionDeclarations: [{ name: 'f' }] }]
  const answer = {
    name: 'final_answer',
    description: expect.stringContaining('final answer'),
    parametersJsonSchema: schema,
  }

  it('is asked for where it can be', () => {
    const request = { ...HELLO, generationConfig: config }
    expect(fitted(request, 'gemini-2.5-flash')).toEqual(request)
    expect(fitted({ ...request, tools }, 'gemini-3.8-flash')).toEqual({ ...request, tools })
  })

  it.each<[string, GenerateContentRequest['toolConfig'], object]>([
    ['left to the model', undefined, { mode: 'ANY' }],
    ['allowed', { functionCallingConfig: { mode: 'AUTO' } }, { mode: 'ANY' }],
    [
      'forbidden',
      { functionCallingConfig: { mode: 'NONE' } },
      { mode: 'ANY', allowedFunctionNames: ['final_answer'] },
    ],
    ['demanded', { functionCallingConfig: { mode: 'ANY' } }, { mode: 'ANY' }],
    [
      'allowed to some',
      { functionCallingConfig: { mode: 'VALIDATED', allowedFunctionNames: ['f'] } },
      { mode: 'ANY', allowedFunctionNames: ['f', 'final_answer'] },
    ],
  ])('beside functions on 2.5 is one more function, where calls are %s', (_, given, called) => {
    const asked = { generationConfig: config, tools, ...(given && { toolConfig: given }) }
    expect(fitted(asked, 'gemini-2.5-flash')).toEqual({
      ...HELLO,
      tools: [{ functionDeclarations: [{ name: 'f' }, answer] }],
      toolConfig: { functionCallingConfig: called },
    })
  })

  it.each<[string, GenerationConfig, GenerateContentRequest['tools'], string]>([
    ['without a schema', { responseMimeType: 'application/json' }, tools, 'gemini-2.5-flash'],
    [
      'of a list, which is no arguments',
      { ...config, responseJsonSchema: { type: 'array' } },
      tools,
      'gemini-2.5-flash',
    ],
    ['beside a built-in tool', config, [{ googleSearch: {} }], 'gemini-2.5-flash'],
    ['from a model of pictures', config, undefined, 'gemini-3.1-flash-image'],
  ])('is asked for in words %s', (_, generationConfig, given, model) => {
    const request = { generationConfig, ...(given && { tools: given }) }
    expect(fitted(request, model)).toEqual({
      ...HELLO,
      ...(given && { tools: given }),
      systemInstruction: {
        parts: [{ text: expect.stringContaining('Answer with one JSON value') }],
      },
    })
  })

  it('names its function as no other is named', () => {
    const names = [{ name: 'final_answer' }, { name: 'final_answer_' }]
    const request = { ...HELLO, generationConfig: config, tools: [{ functionDeclarations: names }] }
    const traits = traitsOf('gemini-2.5-flash', 'vertex')
    expect(emulatedJson(request, traits)).toEqual({ by: 'function', name: 'final_answer__' })
  })
})
