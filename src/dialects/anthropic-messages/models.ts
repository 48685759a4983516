/** Lists the models that a user can reach, in Anthropic's form. */
import { stripModelPrefix } from '../../gemini/models/find-model.ts'
import type { Listed } from '../../gemini/models/listing.ts'

export interface AnthropicModel {
  readonly type: 'model'
  readonly id: string
  readonly display_name: string
  /** RFC 3339. */
  readonly created_at: string
  readonly max_input_tokens?: number
  readonly max_tokens?: number
}

export interface AnthropicModelList {
  readonly data: readonly AnthropicModel[]
  readonly has_more: false
  readonly first_id: string | null
  readonly last_id: string | null
}

/**
 * Claude Code lists only models whose ids begin with this prefix or with `claude` (docs/clients.md). A request may
 * name a model with or without it.
 */
const PREFIX = 'anthropic/'
const LISTED_BY_CLAUDE_CODE = /^(?:claude|anthropic)/

/**
 * Each model appears under its own name, and once more with the prefix if Claude Code would not list that name.
 * Models for embeddings are left out, since they cannot answer messages.
 */
export function toAnthropicModels(models: readonly Listed[]): AnthropicModelList {
  const told = models.filter(({ model }) => model?.kind !== 'embedding')
  const own = told.map(toAnthropicModel)
  const prefixed = own
    .filter(({ id }) => !LISTED_BY_CLAUDE_CODE.test(id))
    .map((model) => ({ ...model, id: PREFIX + model.id }))
  const data = [...own, ...prefixed]
  return {
    data,
    has_more: false,
    first_id: data.at(0)?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  }
}

/** Finds the model for either of its two names. */
export function modelNamed(id: string): string {
  return stripModelPrefix(id.startsWith(PREFIX) ? id.slice(PREFIX.length) : id)
}

/** The model under the name by which it was asked for. */
export function toModelAsked(listed: Listed, asked: string): AnthropicModel {
  const model = toAnthropicModel(listed)
  return asked === PREFIX + model.id ? { ...model, id: asked } : model
}

function toAnthropicModel({ id, target, model }: Listed): AnthropicModel {
  if (model === null) return { type: 'model', id, display_name: id, created_at: isoTime(0) }
  return {
    type: 'model',
    id,
    display_name: id === target ? model.name : `${id} (${model.name})`,
    created_at: isoTime(model.created),
    max_input_tokens: model.contextWindow,
    max_tokens: model.maxOutput,
  }
}

function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}
