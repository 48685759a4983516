import { describe, expect, it } from 'vitest'
import { toGeminiRequest } from '../../../src/dialects/openai-chat/request.ts'
import { parseChatRequest } from '../../../src/dialects/openai-chat/body/schema.ts'

type Fields = Record<string, unknown>

const USER = { role: 'user', content: 'hi' }
const CONTENTS = [{ role: 'user', parts: [{ text: 'hi' }] }]

function translate(fields: Fields): ReturnType<typeof toGeminiRequest> {
  const parsed = parseChatRequest({ model: 'gemini-2.5-flash', messages: [USER], ...fields })
  return parsed.ok ? toGeminiRequest(parsed.chat) : parsed
}

const schema = { type: 'object', properties: { a: { $ref: '#/$defs/A' } }, $defs: { A: {} } }
const picture = { aspect_ratio: '21:9', image_size: '1k' }
const OFF = { category: 'HARM_CATEGORY_HARASSMENT', threshold: 'OFF' }

describe('asks for', () => {
  it.each<[string, Fields, Fields]>([
    ['text', { response_format: { type: 'text' } }, {}],
    [
      'any JSON',
      { response_format: { type: 'json_object' } },
      { generationConfig: { responseMimeType: 'application/json' } },
    ],
    [
      'JSON of a schema, word for word',
      {
        response_format: { type: 'json_schema', json_schema: { name: 'a', strict: true, schema } },
      },
      { generationConfig: { responseMimeType: 'application/json', responseJsonSchema: schema } },
    ],
    ...[
      { type: 'json_object', schema },
      { type: 'json_object', response_schema: schema },
      { type: 'json_object', json_schema: { name: 'a', schema } },
      { type: 'json_schema', name: 'a', strict: true, schema },
    ].map((response_format): [string, Fields, Fields] => [
      `JSON of a schema, wherever it stands: ${Object.keys(response_format).join(', ')}`,
      { response_format },
      { generationConfig: { responseMimeType: 'application/json', responseJsonSchema: schema } },
    ]),
    [
      'any JSON where there is no schema',
      { response_format: { type: 'json_schema', json_schema: { name: 'a' } } },
      { generationConfig: { responseMimeType: 'application/json' } },
    ],
    [
      'a picture',
      { model: 'gemini-3.1-flash-image', modalities: ['image', 'text'], image_config: picture },
      {
        generationConfig: {
          responseModalities: ['IMAGE', 'TEXT'],
          imageConfig: { aspectRatio: '21:9', imageSize: '1K' },
        },
      },
    ],
    [
      "a picture in Google's words",
      { google: { generationConfig: { imageConfig: { aspectRatio: '1:1' } } } },
      { generationConfig: { imageConfig: { aspectRatio: '1:1' } } },
    ],
    [
      'a voice',
      { model: 'my-voice', modalities: ['audio'], audio: { voice: 'alloy', format: 'wav' } },
      {
        generationConfig: {
          responseModalities: ['AUDIO'],
          speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: 'Kore' } } },
        },
      },
    ],
    [
      "one of Gemini's own voices",
      { model: 'my-voice', audio: { voice: { id: 'Zephyr' } } },
      {
        generationConfig: {
          speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: 'Zephyr' } } },
        },
      },
    ],
    ['a tier', { service_tier: 'priority' }, { serviceTier: 'priority' }],
    ["a tier that is OpenAI's alone", { service_tier: 'scale' }, {}],
    ['safety', { safety_settings: [OFF] }, { safetySettings: [OFF] }],
    [
      "safety in Google's words",
      { extra_body: { google: { safetySettings: [{ ...OFF, method: 'SEVERITY' }] } } },
      { safetySettings: [OFF] },
    ],
    [
      'what is cached',
      { google: { cached_content: 'cachedContents/a-1' } },
      { cachedContent: 'cachedContents/a-1' },
    ],
    [
      'what is cached on Vertex',
      { extra_body: { google: { cachedContent: 'projects/p/locations/global/cachedContents/1' } } },
      { cachedContent: 'projects/p/locations/global/cachedContents/1' },
    ],
    [
      'a media resolution',
      { generationConfig: { mediaResolution: 'media_resolution_low' } },
      { generationConfig: { mediaResolution: 'MEDIA_RESOLUTION_LOW' } },
    ],
    [
      'short answers',
      { verbosity: 'low' },
      { systemInstruction: { parts: [{ text: 'Keep your answers short.' }] } },
    ],
    ['answers as they come', { verbosity: 'medium' }, {}],
    [
      'nothing that is not known here',
      {
        generationConfig: { topZ: 1, routingConfig: {} },
        google: { labels: { a: 'b' }, translationConfig: {} },
        extra_body: { other: 1 },
        prediction: { type: 'content', content: 'x' },
        prompt_cache_key: 'k',
        chat_template_kwargs: { builtin_tools: ['x'] },
      },
      {},
    ],
  ])('%s', (_, fields, expected) => {
    expect(translate(fields)).toMatchObject({ ok: true })
    const translated = translate(fields)
    expect(translated.ok && translated.request).toEqual({ contents: CONTENTS, ...expected })
  })
})

describe('refuses', () => {
  const cached = { cached_content: 'cachedContents/1' }

  it.each<[string, Fields, string, string]>([
    [
      'an unknown format',
      { response_format: { type: 'xml' } },
      'invalid_value',
      'response_format.type',
    ],
    [
      'a schema beside the type that is none',
      { response_format: { type: 'json_object', schema: 'object' } },
      'invalid_type',
      'response_format.schema',
    ],
    ['a format that is a word', { response_format: 'json' }, 'invalid_type', 'response_format'],
    [
      'a format without a type',
      { response_format: {} },
      'missing_required_parameter',
      'response_format.type',
    ],
    [
      'a schema that is a list',
      { response_format: { type: 'json_schema', json_schema: { name: 'a', schema: [] } } },
      'invalid_type',
      'response_format.json_schema.schema',
    ],
    ['an unknown modality', { modalities: ['smell'] }, 'invalid_value', 'modalities[0]'],
    ['sound from a model of text', { modalities: ['audio'] }, 'unsupported_value', 'modalities'],
    [
      'pictures from a model of text',
      { model: 'gemini-flash-latest', modalities: ['text', 'image'] },
      'unsupported_value',
      'modalities',
    ],
    [
      'sound in a form that is not made here',
      { audio: { format: 'mp3' } },
      'invalid_value',
      'audio.format',
    ],
    ['an empty voice', { audio: { voice: '' } }, 'invalid_value', 'audio.voice'],
    [
      'an aspect ratio that is none',
      { image_config: { aspect_ratio: '5:1' } },
      'invalid_value',
      'image_config.aspect_ratio',
    ],
    ['an unknown verbosity', { verbosity: 'huge' }, 'invalid_value', 'verbosity'],
    ['a tier that is a number', { service_tier: 1 }, 'invalid_type', 'service_tier'],
    ['a penalty above 2', { presence_penalty: 2.1 }, 'invalid_value', 'presence_penalty'],
    ['more logprobs than 20', { top_logprobs: 21 }, 'invalid_value', 'top_logprobs'],
    ['logprobs as a number', { logprobs: 2 }, 'invalid_type', 'logprobs'],
    [
      'a media resolution that is none',
      { mediaResolution: 'HUGE' },
      'invalid_value',
      'mediaResolution',
    ],
    [
      'a cache by a path that climbs',
      { google: { cached_content: '../../models' } },
      'invalid_value',
      'google.cached_content',
    ],
    [
      'a cache beside a system message',
      { google: cached, messages: [{ role: 'system', content: 's' }, USER] },
      'invalid_value',
      'cached_content',
    ],
    ['safety that is no list', { safety_settings: {} }, 'invalid_type', 'safety_settings'],
    [
      'a threshold that Google has not',
      { extra_body: { google: { safety_settings: [{ ...OFF, threshold: 'LOUD' }] } } },
      'invalid_value',
      'extra_body.google.safety_settings[0].threshold',
    ],
    ['extra_body as a word', { extra_body: 'x' }, 'invalid_type', 'extra_body'],
    ['google as a word', { google: 'x' }, 'invalid_type', 'google'],
  ])('%s', (_, fields, reason, param) => {
    expect(translate(fields)).toMatchObject({ ok: false, failure: { reason, param } })
  })
})
