/** Translates a recording into a request to Gemini: the sound and the instruction. */
import { canonicalType, typeOfName, unfitness } from '../../gemini/media/media-types.ts'
import { settledType, sniff } from '../../gemini/media/sniff.ts'
import type { GenerateContentRequest } from '../../gemini/types.ts'
import type { Failure } from '../../failure/failure.ts'
import { promptFor } from './prompt.ts'
import type { AudioRequest, Task } from './body.ts'

/** `plain`: only text. The others are JSON; `timed` has segments. */
export type Shape = 'plain' | 'structured' | 'timed'

export function shapeOf({ response_format: format, timestamp_granularities }: AudioRequest): Shape {
  if (format === 'srt' || format === 'vtt') return 'timed'
  if (format !== 'verbose_json') return 'plain'
  return timestamp_granularities.length > 0 ? 'timed' : 'structured'
}

const SEGMENT = {
  type: 'object',
  properties: { start: { type: 'string' }, end: { type: 'string' }, text: { type: 'string' } },
  required: ['start', 'end', 'text'],
}

const SCHEMAS = {
  structured: {
    type: 'object',
    properties: { language: { type: 'string' }, text: { type: 'string' } },
    required: ['language', 'text'],
  },
  timed: {
    type: 'object',
    properties: { language: { type: 'string' }, segments: { type: 'array', items: SEGMENT } },
    required: ['language', 'segments'],
  },
}

export type RecordingType =
  | { readonly ok: true; readonly mimeType: string }
  | { readonly ok: false; readonly failure: Failure }

/** The type of a recording, by its bytes, declared type and name. */
export function recordingType(file: File, head: Uint8Array): RecordingType {
  const declared = canonicalType(file.type) ?? typeOfName(file.name, 'audio')
  const mimeType = settledType(declared, sniff(head))
  const unfit =
    mimeType === null
      ? 'is of an unknown type; give it a name such as speech.mp3'
      : unfitness(mimeType, 'audio')
  if (mimeType !== null && unfit === null) return { ok: true, mimeType }
  const message = `Invalid value: 'file' ${unfit}.`
  return { ok: false, failure: { reason: 'unsupported_value', message, param: 'file' } }
}

export function toGeminiRequest(
  audio: AudioRequest,
  task: Task,
  sound: { readonly mimeType: string; readonly data: string },
): GenerateContentRequest {
  const shape = shapeOf(audio)
  const parts = [{ inlineData: { ...sound } }, { text: promptFor(audio, task, shape) }]
  const generationConfig = {
    // A transcript has no place for thoughts.
    thinkingConfig: { includeThoughts: false },
    ...(audio.temperature !== undefined && { temperature: audio.temperature }),
    ...(shape !== 'plain' && {
      responseMimeType: 'application/json',
      responseJsonSchema: SCHEMAS[shape],
    }),
  }
  return { contents: [{ role: 'user', parts }], generationConfig }
}
