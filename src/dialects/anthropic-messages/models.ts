/** Lists the models that a user can reach, in Anthropic's form. */
import { isoOfSeconds } from '../../json/time.ts'
import { stripModelPrefix } from '../../gemini/models/find-model.ts'
import type { Failure } from '../../failure/failure.ts'
import { type ClaudeModels, isClaudeName, standInFor } from '../../gemini/models/claude.ts'
import type { Listed } from '../../gemini/models/listing.ts'
import { problemOf } from './body/reading.ts'

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
  readonly has_more: boolean
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
 * Models for embeddings are left out, since they cannot answer messages. Without a `limit` they are all on one page: some
 * clients read no second one.
 */
export function toAnthropicModels(
  models: readonly Listed[],
  query: URLSearchParams,
): AnthropicModelList | Failure {
  const told = models.filter(({ model }) => model?.kind !== 'embedding')
  const own = told.map(toAnthropicModel)
  const prefixed = own
    .filter(({ id }) => !LISTED_BY_CLAUDE_CODE.test(id))
    .map((model) => ({ ...model, id: PREFIX + model.id }))
  return pageOf([...own, ...prefixed], query)
}

const MAX_LIMIT = 1000

/** What stands between `after_id` and `before_id`; at most `limit` of it, next to the one that is given. */
function pageOf(
  all: readonly AnthropicModel[],
  query: URLSearchParams,
): AnthropicModelList | Failure {
  const limit = query.get('limit') || null
  const most = Number(limit ?? MAX_LIMIT)
  if (!(/^\d+$/.test(limit ?? '1') && most >= 1 && most <= MAX_LIMIT)) {
    return problemOf('limit', `must be a whole number from 1 to ${MAX_LIMIT}`)
  }
  const after = query.get('after_id') || null
  const before = query.get('before_id') || null
  const from = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1
  const to = before === null ? all.length : all.findIndex(({ id }) => id === before)
  if (after !== null && from === 0) return problemOf('after_id', NO_MODEL)
  if (to === -1) return problemOf('before_id', NO_MODEL)
  const between = all.slice(from, Math.max(from, to))
  const isBackwards = before !== null && after === null
  const data = isBackwards ? between.slice(-most) : between.slice(0, most)
  return {
    data,
    has_more: data.length < between.length,
    first_id: data.at(0)?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  }
}

const NO_MODEL = 'names no model of the list'

/** Finds the model for either of its two names. */
export function modelNamed(id: string): string {
  return stripModelPrefix(id.startsWith(PREFIX) ? id.slice(PREFIX.length) : id)
}

/** The model that answers requests for such a name of Anthropic's; null for other names. */
export function standInNamed(id: string, models: ClaudeModels): string | null {
  return standInFor(modelNamed(id), models)
}

/** The model under the name by which it was asked for. */
export function toModelAsked(listed: Listed, asked: string): AnthropicModel {
  const model = toAnthropicModel(listed)
  if (asked === PREFIX + model.id) return { ...model, id: asked }
  const name = modelNamed(asked)
  return name === model.id || !isClaudeName(name)
    ? model
    : { ...model, id: asked, display_name: `${name} (${model.display_name})` }
}

function toAnthropicModel({ id, target, model }: Listed): AnthropicModel {
  if (model === null) return { type: 'model', id, display_name: id, created_at: isoOfSeconds(0) }
  return {
    type: 'model',
    id,
    display_name: id === target ? model.name : `${id} (${model.name})`,
    created_at: isoOfSeconds(model.created),
    max_input_tokens: model.contextWindow,
    max_tokens: model.maxOutput,
  }
}
