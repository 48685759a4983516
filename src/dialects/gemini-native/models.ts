/** The models that a user can reach, listed page by page as Google lists them (ai.google.dev/api/models). */
import type { Failure } from '../../failure/failure.ts'
import type { Kind } from '../../gemini/models/catalogue.ts'
import type { Listed } from '../../gemini/models/listing.ts'
import { traitsOf } from '../../gemini/models/traits.ts'

export interface GeminiModel {
  /** `models/…` */
  readonly name: string
  readonly version: string
  readonly displayName: string
  readonly description: string
  readonly inputTokenLimit?: number
  readonly outputTokenLimit?: number
  readonly supportedGenerationMethods: readonly string[]
  readonly thinking?: true
}

export interface GeminiModelList {
  readonly models: readonly GeminiModel[]
  /** Absent on the last page: clients ask for the next page as long as it is there. */
  readonly nextPageToken?: string
}

const GENERATES = ['generateContent', 'countTokens', 'createCachedContent', 'batchGenerateContent']
const METHODS: Readonly<Record<Kind, readonly string[]>> = {
  text: GENERATES,
  image: ['generateContent', 'countTokens', 'batchGenerateContent'],
  speech: ['generateContent', 'countTokens'],
  embedding: ['embedContent', 'asyncBatchEmbedContent'],
}

const DEFAULT_PAGE = 50
const MAX_PAGE = 1000

export function toGeminiModel({ id, target, model }: Listed): GeminiModel {
  const name = `models/${id}`
  const version = '001'
  if (model === null) {
    const supportedGenerationMethods = GENERATES
    return { name, version, displayName: id, description: id, supportedGenerationMethods }
  }
  const displayName = id === target ? model.name : `${id} (${model.name})`
  const thinks = model.kind === 'text' && traitsOf(target, 'gemini-api').thinking !== null
  return {
    name,
    version,
    displayName,
    description: displayName,
    inputTokenLimit: model.contextWindow,
    outputTokenLimit: model.maxOutput,
    supportedGenerationMethods: METHODS[model.kind],
    ...(thinks && { thinking: true }),
  }
}

/** One page of the models, as `pageSize` and `pageToken` of the address say. */
export function toGeminiModelList(
  models: readonly Listed[],
  query: URLSearchParams,
): GeminiModelList | Failure {
  const size = query.get('pageSize') ?? query.get('page_size')
  const token = query.get('pageToken') ?? query.get('page_token')
  const asked = size === null || size === '' ? 0 : Number(size)
  if (!Number.isSafeInteger(asked) || asked < 0) return invalid('pageSize', 'a whole number')
  const start = token === null || token === '' ? 0 : Number(token)
  if (!Number.isSafeInteger(start) || start < 0) {
    return invalid('pageToken', 'the nextPageToken of another page')
  }
  const end = start + Math.min(asked === 0 ? DEFAULT_PAGE : asked, MAX_PAGE)
  return {
    models: models.slice(start, end).map(toGeminiModel),
    ...(end < models.length && { nextPageToken: String(end) }),
  }
}

function invalid(param: string, must: string): Failure {
  return {
    reason: 'invalid_value',
    message: `Invalid value for '${param}': must be ${must}.`,
    param,
  }
}
