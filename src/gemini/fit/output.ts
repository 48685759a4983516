/**
 * What a model answers with, and the settings of that: a picture's format, a voice (docs/google.md: Generation
 * settings).
 */
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

/** Leaves out the picture's size if the model has only one. */
function pictureOf(asked: ImageConfig, sizes: boolean): ImageConfig {
  if (asked === undefined || sizes) return asked
  const { imageSize: _, ...rest } = asked
  return Object.keys(rest).length === 0 ? undefined : rest
}

/** Undefined, which leaves it to the model, if the model has only text or can give nothing of what was asked for. */
function modalitiesOf(
  output: readonly Output[],
  asked: readonly string[] | undefined,
): string[] | undefined {
  if (asked === undefined && output.includes('text')) return undefined
  const known = output.map((modality) => modality.toUpperCase())
  // A model that only speaks refuses a request that does not ask for sound.
  if (!known.includes('TEXT')) return known
  const wanted = known.filter((modality) => asked?.includes(modality))
  return wanted.length > 0 && known.length > 1 ? wanted : undefined
}
