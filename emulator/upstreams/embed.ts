/** Embeddings: three methods, each with a form of its own (docs/google.md: Embeddings). */
import { failureMessage, invalidArgument, isObject } from '../errors/failure.ts'
import type { Failure } from '../errors/failure.ts'
import { presetFailure, refuse } from '../exchange.ts'
import type { Exchange, Outcome } from '../exchange.ts'
import type { JsonObject } from '../json.ts'
import type { Model } from '../models.ts'
import { parseMessage } from '../proto/parse.ts'
import type { EmbedRequest } from '../proto/types.ts'
import { textTokens } from '../reply/usage.ts'
import { vectorOf } from '../reply/vector.ts'
import { ownThings } from '../resources/own-things.ts'
import { checkMedia } from '../rules/media.ts'
import { readBody } from './body.ts'
import { answer } from './generate.ts'

const METHODS: ReadonlySet<string> = new Set(['batchEmbedContents', 'embedContent', 'predict'])
const MAX_BATCH = 100
/** Fields of the settings of `predict`. */
const PARAMETERS: ReadonlySet<string> = new Set(['autoTruncate', 'outputDimensionality'])
const INSTANCE: ReadonlySet<string> = new Set(['content', 'task_type', 'taskType', 'title'])

export function isEmbedding(method: string): boolean {
  return METHODS.has(method)
}

export function embed(exchange: Exchange, model: Model | undefined): Outcome {
  switch (exchange.route.method) {
    case 'batchEmbedContents':
      return batch(exchange, model)
    case 'predict':
      return predict(exchange, model)
    default:
      return single(exchange, model)
  }
}

/** Only on the Gemini API, whose replies have no usage. */
function batch(exchange: Exchange, model: Model | undefined): Outcome {
  const body = readBody(exchange, 'BatchEmbedContentsRequest')
  if (!body.ok) return refuse(body.failure)
  if (!model?.embeds) return refuse(presetFailure(exchange, '404'))
  const { requests = [] } = body.value as { requests?: EmbedRequest[] }
  const path = '* BatchEmbedContentsRequest.requests'
  if (requests.length === 0) return refuse(invalidArgument(`${path}: requests is not specified`))
  if (requests.length > MAX_BATCH) {
    return refuse(invalidArgument(`${path}: at most ${MAX_BATCH} requests can be in one batch`))
  }
  const foreign = requests.findIndex(
    ({ model: named }) => named !== `models/${exchange.route.model}`,
  )
  if (foreign >= 0) {
    const problem = `${path}[${foreign}].model: does not match the model in the batch request`
    return refuse(invalidArgument(problem))
  }
  for (const request of requests) {
    const refused = checkOne(exchange, request, model)
    if (refused) return refuse(refused)
  }
  return answer(exchange, { embeddings: requests.map((one) => valuesOf(one, model)) })
}

function single(exchange: Exchange, model: Model | undefined): Outcome {
  const { upstream } = exchange.route
  const body = readBody(exchange, 'EmbedContentRequest')
  if (!body.ok) return refuse(body.failure)
  if (!model?.embeds) return refuse(presetFailure(exchange, '404'))
  if (upstream === 'vertex' && model.embeds.vertex !== 'embedContent') {
    const problem = `Model ${model.id} does not support the embedContent method; use predict.`
    return refuse(invalidArgument(problem))
  }
  const request: EmbedRequest = body.value
  const refused = checkOne(exchange, request, model)
  if (refused) return refuse(refused)
  const embedding = valuesOf(request, model)
  if (upstream === 'gemini-api') return answer(exchange, { embedding })
  const promptTokenCount = textTokens(textOf(request))
  return answer(exchange, {
    embedding,
    usageMetadata: {
      promptTokenCount,
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: promptTokenCount }],
    },
    truncated: false,
  })
}

/** The answer to one request of a batch. */
export function embeddingOf(exchange: Exchange, model: Model, body: unknown): JsonObject {
  const parsed = parseMessage('EmbedContentRequest', isObject(body) ? body : {}, exchange.route)
  const refused = parsed.ok ? checkOne(exchange, parsed.value, model) : parsed.failure
  if (!parsed.ok || refused) {
    return { error: { code: 3, message: refused ? failureMessage(refused) : '' } }
  }
  const tokenCount = String(textTokens(textOf(parsed.value)))
  return { response: { embedding: valuesOf(parsed.value, model), tokenCount } }
}

function predict(exchange: Exchange, model: Model | undefined): Outcome {
  const body = readBody(exchange, 'PredictRequest')
  if (!body.ok) return refuse(body.failure)
  if (!model) return refuse(presetFailure(exchange, '404'))
  if (model.embeds?.vertex !== 'predict') {
    return refuse(
      invalidArgument('Gemini cannot be accessed through Vertex Predict/RawPredict API.'),
    )
  }
  const { instances = [], parameters = {} } = body.value as {
    instances?: unknown[]
    parameters?: unknown
  }
  const refused = checkInstances(instances, parameters, model)
  if (refused) return refuse(refused)
  const outputDimensionality = isObject(parameters) ? parameters['outputDimensionality'] : undefined
  const texts = instances.map((instance) => String(isObject(instance) ? instance['content'] : ''))
  return answer(exchange, {
    predictions: texts.map((text) => ({
      embeddings: {
        values: vectorOf(text, lengthOf(outputDimensionality, model)),
        statistics: { truncated: false, token_count: textTokens(text) },
      },
    })),
    metadata: { billableCharacterCount: texts.join('').replace(/\s/g, '').length },
  })
}

function checkOne(exchange: Exchange, request: EmbedRequest, model: Model): Failure | undefined {
  const { content } = request
  const isEmpty = (content?.parts ?? []).every(
    ({ text = '', inlineData, fileData }) => text === '' && !inlineData && !fileData,
  )
  if (!content || isEmpty) {
    return invalidArgument('* EmbedContentRequest.content: content is not specified')
  }
  const { route, state } = exchange
  const refused = checkMedia({
    upstream: route.upstream,
    model,
    request: { contents: [content] },
    signatures: state.signatures,
    own: ownThings(exchange),
  })
  if (refused) return refused
  const { outputDimensionality, embedContentConfig } = request
  return checkLength(outputDimensionality ?? embedContentConfig?.outputDimensionality, model)
}

function checkInstances(
  instances: unknown[],
  parameters: unknown,
  model: Model,
): Failure | undefined {
  const { atOnce = 1 } = model.embeds ?? {}
  if (instances.length === 0) return invalidArgument('Empty instances.')
  if (instances.length > atOnce) {
    return invalidArgument(
      `Unable to submit request because it has ${instances.length} instances but ${model.id} takes at most ${atOnce}.`,
    )
  }
  for (const instance of instances) {
    if (
      !isObject(instance) ||
      typeof instance['content'] !== 'string' ||
      instance['content'] === ''
    ) {
      return invalidArgument('The text content is empty.')
    }
    const unknown = Object.keys(instance).find((name) => !INSTANCE.has(name))
    if (unknown !== undefined) return invalidArgument(`Invalid instance: unknown field ${unknown}.`)
  }
  if (!isObject(parameters)) return invalidArgument('Invalid parameters: not a struct.')
  const unknown = Object.keys(parameters).find((name) => !PARAMETERS.has(name))
  if (unknown !== undefined) return invalidArgument(`Invalid parameters: unknown field ${unknown}.`)
  return checkLength(parameters['outputDimensionality'], model)
}

function checkLength(asked: unknown, model: Model): Failure | undefined {
  const { dimensions = 0 } = model.embeds ?? {}
  const isFine =
    asked === undefined ||
    (Number.isInteger(asked) && Number(asked) >= 1 && Number(asked) <= dimensions)
  return isFine
    ? undefined
    : invalidArgument(`outputDimensionality must be in the range [1, ${dimensions}].`)
}

function lengthOf(asked: unknown, model: Model): number {
  return typeof asked === 'number' ? asked : (model.embeds?.dimensions ?? 0)
}

function valuesOf(request: EmbedRequest, model: Model): JsonObject {
  const asked = request.outputDimensionality ?? request.embedContentConfig?.outputDimensionality
  return { values: vectorOf(textOf(request), lengthOf(asked, model)) }
}

function textOf({ content }: EmbedRequest): string {
  return (content?.parts ?? []).map((part) => part.text ?? '').join('')
}
