/**
 * The models that a user can reach as OpenAI's list, with OpenRouter's extra fields (docs/clients.md: Lists of
 * models).
 */
import type { Kind, Modality, Model } from '../../gemini/models/catalogue.ts'
import type { Listed } from '../../gemini/models/listing.ts'
import { traitsOf } from '../../gemini/models/traits.ts'
import { UPSTREAMS } from '../../gemini/upstreams.ts'

/** The fields that every client reads. Nothing else is known of a model that the catalogue lacks. */
interface Bare {
  readonly id: string
  readonly object: 'model'
  readonly created: number
  readonly owned_by: 'google'
}

interface Described extends Bare {
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

export type OpenAIModel = Bare | Described

export interface OpenAIModelList {
  readonly object: 'list'
  readonly data: readonly OpenAIModel[]
}

const SAMPLING = ['temperature', 'top_p', 'top_k']
const PENALTIES = ['presence_penalty', 'frequency_penalty']
const THINKING = ['reasoning', 'include_reasoning']
const LOGPROBS = ['logprobs', 'top_logprobs']
const ALWAYS = ['max_tokens', 'stop', 'seed']

/** OpenRouter's words. Clients enable features by them. */
const PARAMETERS: Readonly<Record<Kind, readonly string[]>> = {
  text: ['tools', 'tool_choice', 'response_format', 'structured_outputs', ...ALWAYS],
  image: ALWAYS,
  speech: ['voice', 'response_format', 'instructions'],
  embedding: ['dimensions', 'encoding_format'],
}

const OUTPUT: Readonly<Record<Kind, readonly string[]>> = {
  text: ['text'],
  image: ['text', 'image'],
  speech: ['audio'],
  embedding: ['embeddings'],
}

/** OpenRouter calls documents "file". */
const OPENROUTER_NAMES: Readonly<Record<Modality, string>> = {
  text: 'text',
  image: 'image',
  audio: 'audio',
  video: 'video',
  pdf: 'file',
}

export function toModelList(models: readonly Listed[]): OpenAIModelList {
  return { object: 'list', data: models.map(toModel) }
}

/**
 * Has no `pricing` and no `description`: a price of "0" would be false, and clients would show it (docs/clients.md:
 * Lists of models).
 */
export function toModel({ id, target, model }: Listed): OpenAIModel {
  if (model === null) return { id, object: 'model', created: 0, owned_by: 'google' }
  const { contextWindow: context_length, maxOutput: max_completion_tokens } = model
  return {
    id,
    object: 'model',
    created: model.created,
    owned_by: 'google',
    name: id === target ? model.name : `${id} (${model.name})`,
    canonical_slug: target,
    context_length,
    max_completion_tokens,
    architecture: architectureOf(model),
    top_provider: { context_length, max_completion_tokens, is_moderated: false },
    per_request_limits: null,
    supported_parameters: parametersOf(model),
  }
}

/**
 * Only parameters that the model accepts on every upstream that serves it: some answer with another model, or without
 * log probabilities.
 */
function parametersOf({ id, kind, upstreams }: Model): readonly string[] {
  if (kind !== 'text' && kind !== 'image') return PARAMETERS[kind]
  const served = UPSTREAMS.filter((upstream) => upstreams[upstream] !== 'absent')
  const all = served.map((upstream) => traitsOf(id, upstream))
  return [
    ...PARAMETERS[kind],
    ...(all.every(({ sampling }) => sampling) ? SAMPLING : []),
    ...(all.every(({ penalties }) => penalties) ? PENALTIES : []),
    ...(all.every(({ thinking }) => thinking !== null) ? THINKING : []),
    ...(all.every(({ logprobs }, at) => logprobs.some((place) => place === served[at]))
      ? LOGPROBS
      : []),
  ]
}

function architectureOf({ input, kind }: Model): Described['architecture'] {
  const input_modalities = input.map((modality) => OPENROUTER_NAMES[modality])
  const output_modalities = OUTPUT[kind]
  return {
    modality: `${input_modalities.join('+')}->${output_modalities.join('+')}`,
    input_modalities,
    output_modalities,
    tokenizer: 'Gemini',
    instruct_type: null,
  }
}
