/** Fields that the types of @google/genai 3.1.0 have and older types lack. */
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../emulator/json.ts'
import type { Upstream } from '../../emulator/protocol.ts'
import { HELLO, useGoogle } from './google.ts'
import { complaintsOf, config, user } from './requests.ts'

const google = await useGoogle()
const complaint = complaintsOf(google)

const tool = (one: JsonObject): JsonObject => ({ ...HELLO, tools: [one] })
const part = (more: JsonObject): JsonObject => ({ contents: [user({ text: 'hi', ...more })] })
const speech = (voiceConfig: JsonObject): JsonObject =>
  config({ responseModalities: ['AUDIO'], speechConfig: { voiceConfig } })

describe('takes', () => {
  it.each<[name: string, upstreams: Upstream[], body: JsonObject, model?: string]>([
    ['labels', ['gemini-api', 'vertex'], { ...HELLO, labels: { team: 'a' } }],
    ['mediaProcessing', ['gemini-api'], part({ mediaProcessing: 'AGENTIC' })],
    ['speechMetadata', ['gemini-api', 'vertex'], part({ speechMetadata: { speaker: 'a' } })],
    [
      'the kinds of a search, and its time',
      ['gemini-api', 'vertex'],
      tool({ googleSearch: { searchTypes: { imageSearch: {} }, timeRangeFilter: {} } }),
    ],
    [
      'a computer of another kind',
      ['gemini-api', 'vertex'],
      tool({
        computerUse: { environment: 'ENVIRONMENT_MOBILE', enablePromptInjectionDetection: true },
      }),
    ],
    [
      'MCP servers',
      ['gemini-api'],
      tool({ mcpServers: [{ name: 'a', streamableHttpTransport: { url: 'https://x' } }] }),
    ],
    [
      'how sound is written down',
      ['gemini-api', 'vertex'],
      config({ audioTranscriptionConfig: { mode: 'SMART', diarization: true } }),
    ],
    ['where media go', ['vertex'], { ...HELLO, outputConfig: { outputUriPrefix: 'gs://b/' } }],
    [
      'a voice of the own',
      ['gemini-api'],
      speech({ replicatedVoiceConfig: { mimeType: 'audio/wav', voiceSampleAudio: 'aaaa' } }),
      'gemini-3.8-flash-tts',
    ],
  ])('%s', async (_, upstreams, body, model = 'gemini-2.5-flash') => {
    const answers = await Promise.all(upstreams.map((one) => complaint(one, body, model)))
    expect(answers).toEqual(upstreams.map(() => 'accepted'))
  })
})

describe('refuses still', () => {
  it.each<[name: string, upstream: Upstream, body: JsonObject]>([
    ['mediaProcessing', 'vertex', part({ mediaProcessing: 'AGENTIC' })],
    ['outputConfig', 'gemini-api', { ...HELLO, outputConfig: {} }],
    ['diarisation', 'gemini-api', config({ audioTranscriptionConfig: { diarisation: true } })],
  ])('%s', async (name, upstream, body) => {
    expect(await complaint(upstream, body)).toContain(`Unknown name "${name}"`)
  })
})
