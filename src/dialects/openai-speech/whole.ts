/** The speech of a model as a file. */
import type { Failure } from '../../failure/failure.ts'
import { endingOf } from '../../gemini/endings.ts'
import { collect } from '../../gemini/answer/collect.ts'
import { blockReasonOf, finishReasonOf } from '../../gemini/response.ts'
import type { GenerateContentResponse } from '../../gemini/types.ts'
import { joinedBytes } from '../../bytes/base64.ts'
import { pcmRate, wavOf } from '../../bytes/wav.ts'

export type Speech =
  | { readonly ok: true; readonly audio: Uint8Array<ArrayBuffer>; readonly mimeType: string }
  | { readonly ok: false; readonly failure: Failure }

export function toSpeech(response: GenerateContentResponse, format: 'wav' | 'pcm'): Speech {
  const sounds = collect(response).media.filter(({ mimeType }) => mimeType.startsWith('audio/'))
  const [first] = sounds
  if (first === undefined) return { ok: false, failure: silence(response) }
  // A file has no field that could say that it is cut.
  const cut = cutShort(response)
  if (cut !== null) return { ok: false, failure: cut }
  const rate = pcmRate(first.mimeType)
  // Not bare samples but a file. It can only be passed on as it is.
  if (rate === null) {
    const isAsked = format === 'wav' && /^audio\/(?:x-)?wav/i.test(first.mimeType)
    return isAsked
      ? { ok: true, audio: joinedBytes([first.data]), mimeType: 'audio/wav' }
      : { ok: false, failure: OTHER_FORMAT }
  }
  const samples = joinedBytes(sounds.map(({ data }) => data))
  return format === 'wav'
    ? { ok: true, audio: wavOf(samples, rate), mimeType: 'audio/wav' }
    : { ok: true, audio: samples, mimeType: `audio/pcm;rate=${rate}` }
}

function silence(response: GenerateContentResponse): Failure {
  return (
    filtered(response) ?? {
      reason: 'upstream_error',
      message: 'The model answered without a sound.',
    }
  )
}

/** Why the speech ends before the text does; null if it does not. */
function cutShort(response: GenerateContentResponse): Failure | null {
  switch (endingOf(finishReasonOf(response) ?? '')) {
    case 'length':
      return {
        reason: 'upstream_rejected',
        message:
          'The speech of this text is longer than an answer of the model may be; send it in parts.',
        param: 'input',
      }
    case 'spoilt_call':
      return { reason: 'upstream_error', message: 'The model broke the speech off.' }
    default:
      return filtered(response)
  }
}

function filtered(response: GenerateContentResponse): Failure | null {
  const blocked = blockReasonOf(response)
  const why = blocked ?? finishReasonOf(response) ?? ''
  const isFiltered = blocked !== undefined || endingOf(why) === 'filtered'
  if (!isFiltered || !/^[A-Z_]{1,64}$/.test(why)) return null
  const message = `Google did not speak this (${why}). Change the input.`
  return { reason: 'content_filtered', message, param: 'input' }
}

const OTHER_FORMAT: Failure = {
  reason: 'upstream_error',
  message: 'Google answered with a sound in another format than the one asked for.',
}
