/** The catalogue as OpenAI's model list, with OpenRouter's extras (client-protocols §2). */
import type { Modality, Model } from '../../gemini/catalogue.ts'

export interface OpenAIModel {
  readonly id: string
  readonly object: 'model'
  readonly created: number
  readonly owned_by: 'google'
  readonly name: string
  readonly canonical_slug: string
  readonly context_length: number
  readonly max_completion_tokens: number
  readonly architecture: {
    readonly modality: string
    readonly input_modalities: readonly string[]
    readonly output_modalities: readonly string[]
    readonly tokenizer: 'Gemini'
    readonly instruct_type: null
  }
  readonly top_provider: {
    readonly context_length: number
    readonly max_completion_tokens: number
    readonly is_moderated: false
  }
  readonly per_request_limits: null
  readonly supported_parameters: readonly string[]
}

export interface OpenAIModelList {
  readonly object: 'list'
  readonly data: readonly OpenAIModel[]
}

/**
 * What schema.ts lets through. Clients switch on what they read here (an `image` means they send
 * images), so a model's own abilities count only as far as this version can pass them on.
 */
const PASSED_ON: ReadonlySet<Modality> = new Set<Modality>(['text'])
const SUPPORTED_PARAMETERS = ['temperature', 'top_p', 'top_k', 'max_tokens', 'stop', 'seed']

/** OpenRouter calls documents "file". */
const OPENROUTER_NAMES: Readonly<Record<Modality, string>> = {
  text: 'text',
  image: 'image',
  audio: 'audio',
  video: 'video',
  pdf: 'file',
}

export function toModelList(models: readonly Model[]): OpenAIModelList {
  return { object: 'list', data: models.map(toModel) }
}

/** No `pricing` and no `description`: a price of "0" would be false, and clients show it. */
export function toModel(model: Model): OpenAIModel {
  const input = model.input
    .filter((modality) => PASSED_ON.has(modality))
    .map((modality) => OPENROUTER_NAMES[modality])
  return {
    id: model.id,
    object: 'model',
    created: model.created,
    owned_by: 'google',
    name: model.name,
    canonical_slug: model.id,
    context_length: model.contextWindow,
    max_completion_tokens: model.maxOutput,
    architecture: {
      modality: `${input.join('+')}->text`,
      input_modalities: input,
      output_modalities: ['text'],
      tokenizer: 'Gemini',
      instruct_type: null,
    },
    top_provider: {
      context_length: model.contextWindow,
      max_completion_tokens: model.maxOutput,
      is_moderated: false,
    },
    per_request_limits: null,
    supported_parameters: SUPPORTED_PARAMETERS,
  }
}
