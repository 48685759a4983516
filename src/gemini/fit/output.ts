/** What a model answers in, and what only such an answer has: a picture's format, a voice (docs/google.md: Generation settings). */
import type { Output } from '../models/traits.ts'
import type { GenerateContentRequest, GenerationConfig } from '../types.ts'
import { changeConfig } from './config.ts'
import type { Aim } from './aim.ts'

type ImageConfig = GenerationConfig['imageConfig']

export function fitOutput(
  request: GenerateContentRequest,
  { traits: { output, imageSizes } }: Aim,
): GenerateContentRequest {
  const config = request.generationConfig
  const hasText = output.includes('text')
  if (config === undefined && hasText) return request
  return changeConfig(request, {
    responseModalities: modalitiesOf(output, config?.responseModalities),
    imageConfig: output.includes('image') ? pictureOf(config?.imageConfig, imageSizes) : undefined,
    speechConfig: output.includes('audio') ? config?.speechConfig : undefined,
  })
}

/** The size is left to the model where it knows but one. */
function pictureOf(asked: ImageConfig, sizes: boolean): ImageConfig {
  if (asked === undefined || sizes) return asked
  const { imageSize: _, ...rest } = asked
  return Object.keys(rest).length === 0 ? undefined : rest
}

/** Left to the model where it has no choice but text, or nothing that it could give was asked for. */
function modalitiesOf(
  output: readonly Output[],
  asked: readonly string[] | undefined,
): string[] | undefined {
  if (asked === undefined && output.includes('text')) return undefined
  const known = output.map((modality) => modality.toUpperCase())
  // A voice refuses a request that does not say so.
  if (!known.includes('TEXT')) return known
  const wanted = known.filter((modality) => asked?.includes(modality))
  return wanted.length > 0 && known.length > 1 ? wanted : undefined
}
