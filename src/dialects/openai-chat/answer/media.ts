/** Pictures and sounds that a model makes (docs/clients.md: Whole answers). */
import type { Blob } from '../../../gemini/types.ts'
import { joinedBytes } from '../../../bytes/base64.ts'
import { pcmRate, wavOf } from '../../../bytes/wav.ts'
import type { ChatContext } from './context.ts'

/** The convention of OpenRouter, LiteLLM and Open WebUI; OpenAI has none. */
export interface MessageImage {
  readonly type: 'image_url'
  readonly index: number
  readonly image_url: { readonly url: string }
}

export interface MessageAudio {
  readonly id: string
  /** Unix seconds. */
  readonly expires_at: number
  /** Base64: WAV if the model sent bare samples, otherwise the file as Google encoded it. */
  readonly data: string
  readonly transcript: string
}

/** OpenAI's audio can be asked for by its id for an hour, so `expires_at` says an hour. Here nothing is kept. */
const AUDIO_LIFE_SECONDS = 3600

export function toImages(blobs: readonly Blob[]): MessageImage[] {
  if (blobs.length === 0) return []
  return blobs.filter(isImage).map(({ mimeType, data }, index) => ({
    type: 'image_url',
    index,
    image_url: { url: `data:${mimeType};base64,${data}` },
  }))
}

/** Null if the answer has no sound. Samples that came in several pieces form one sound. */
export function toAudio(
  blobs: readonly Blob[],
  transcript: string,
  { id, created }: ChatContext,
): MessageAudio | null {
  if (blobs.length === 0) return null
  const sounds = blobs.filter(({ mimeType }) => mimeType.startsWith('audio/'))
  const [first] = sounds
  if (first === undefined) return null
  const rate = pcmRate(first.mimeType)
  const samples = sounds.map((sound) => sound.data)
  const data = rate === null ? first.data : wavOf(joinedBytes(samples), rate).toBase64()
  return {
    id: `audio_${id.replaceAll(/[^A-Za-z0-9]/g, '').slice(-24)}`,
    expires_at: created + AUDIO_LIFE_SECONDS,
    data,
    transcript,
  }
}

function isImage({ mimeType }: Blob): boolean {
  return mimeType.startsWith('image/')
}
