import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../emulator/json.ts'
import { useGoogle } from './google.ts'
import { complaintsOf, config } from './requests.ts'

const google = await useGoogle()
const complaint = complaintsOf(google)

const TTS = 'gemini-3.8-flash-tts'
const IMAGE = 'gemini-3.1-flash-image'

function voice(voiceName: string): JsonObject {
  return { voiceConfig: { prebuiltVoiceConfig: { voiceName } } }
}

const spoken = (more: JsonObject = {}): JsonObject =>
  config({ responseModalities: ['AUDIO'], ...more })

describe('models that speak', () => {
  it.each<[string, JsonObject, string, string]>([
    ['accept a voice', spoken({ speechConfig: voice('Kore') }), TTS, 'accepted'],
    ['accept no voice', spoken(), TTS, 'accepted'],
    ['refuse to answer in text', config({}), TTS, 'response modalities (TEXT) is not supported'],
    ['refuse a voice of nobody', spoken({ speechConfig: voice('alloy') }), TTS, 'Voice name alloy'],
    [
      'are the only ones with a voice',
      config({ speechConfig: voice('Kore') }),
      'gemini-2.5-flash',
      'Speech config is not enabled',
    ],
    [
      'are the only ones to speak',
      spoken(),
      'gemini-2.5-flash',
      'response modalities (AUDIO) is not supported',
    ],
  ])('%s', async (_, body, model, message) => {
    expect(await complaint('gemini-api', body, model)).toContain(message)
  })

  it('answer with samples whose rate is in the mime type', async () => {
    const { handle } = await google.control.registerApiKey()
    const path = `/v1beta/models/${TTS}:generateContent`
    const answer = await google.post(path, spoken(), { 'x-goog-api-key': handle })
    expect(await answer.json()).toMatchObject({
      candidates: [
        { content: { parts: [{ inlineData: { mimeType: 'audio/L16;codec=pcm;rate=24000' } }] } },
      ],
    })
  })
})

describe('models that draw', () => {
  const drawn = (imageConfig: JsonObject): JsonObject => config({ imageConfig })
  it.each<[string, JsonObject, string, string]>([
    [
      'accept a ratio and a size',
      drawn({ aspectRatio: '16:9', imageSize: '2K' }),
      IMAGE,
      'accepted',
    ],
    ['accept the long ratios of one model', drawn({ aspectRatio: '1:8' }), IMAGE, 'accepted'],
    [
      'refuse them elsewhere',
      drawn({ aspectRatio: '1:8' }),
      'gemini-3-pro-image',
      'aspect_ratio must be one of',
    ],
    [
      'refuse a ratio of nobody',
      drawn({ aspectRatio: '7:5' }),
      IMAGE,
      'aspect_ratio must be one of',
    ],
    ['refuse a size in pixels', drawn({ imageSize: '1024x1024' }), IMAGE, 'image_size'],
    [
      'refuse any size in generation 2.5',
      drawn({ imageSize: '1K' }),
      'gemini-2.5-flash-image',
      'image_size',
    ],
    [
      'are the only ones with an image config',
      drawn({ aspectRatio: '1:1' }),
      'gemini-2.5-flash',
      'Image config is not enabled',
    ],
  ])('%s', async (_, body, model, message) => {
    expect(await complaint('gemini-api', body, model)).toContain(message)
  })
})
