/** The Gemini API: API keys, models in the path, a list of models (docs/google.md: Gemini API). */
import { apiKeyCredential } from '../authenticate.ts'
import { isObject } from '../errors/failure.ts'
import { presetFailure, refuse } from '../exchange.ts'
import type { Exchange, Outcome } from '../exchange.ts'
import { findModel } from '../find-model.ts'
import { MODELS } from '../models.ts'
import type { Model } from '../models.ts'
import type { JsonObject } from '../json.ts'
import { RESOURCE_METHODS } from '../resources/index.ts'
import { continueUpload } from '../resources/uploads.ts'
import { asGenerateRequest, readBody } from './body.ts'
import { embed, isEmbedding } from './embed.ts'
import { answer, countTokens, generate } from './generate.ts'

const DEFAULT_PAGE = 50
const MAX_PAGE = 1000

const GENERATES = {
  supportedGenerationMethods: [
    'generateContent',
    'countTokens',
    'createCachedContent',
    'batchGenerateContent',
  ],
  temperature: 1,
  topP: 0.95,
  topK: 64,
  maxTemperature: 2,
}

export function geminiApi(exchange: Exchange): Outcome {
  const { route } = exchange
  if (route.method === 'uploadFile' && exchange.url.searchParams.has('upload_id')) {
    return continueUpload(exchange)
  }
  const caller = apiKeyCredential(exchange)
  if (!caller.ok) return refuse(caller.failure)
  if (route.method === 'models') return models(exchange)
  const resource = RESOURCE_METHODS[route.method]
  if (resource) return resource(exchange)
  if (route.method.startsWith('predict')) return refuse(presetFailure(exchange, '404'))
  if (isEmbedding(route.method)) return embed(exchange, findModel('gemini-api', route.model, ''))
  const message =
    route.method === 'countTokens' ? 'GeminiCountTokensRequest' : 'GenerateContentRequest'
  const body = readBody(exchange, message)
  if (!body.ok) return refuse(body.failure)
  const model = findModel('gemini-api', route.model, '')
  if (!model || model.embeds) return refuse(presetFailure(exchange, '404'))
  if (route.method !== 'countTokens') {
    return generate(exchange, { model, request: asGenerateRequest(body.value) })
  }
  const { generateContentRequest } = body.value
  const counted = isObject(generateContentRequest) ? generateContentRequest : body.value
  return countTokens(exchange, { model, request: asGenerateRequest(counted) })
}

function models(exchange: Exchange): Outcome {
  const { route, url } = exchange
  const served = MODELS.filter((model) => model.geminiApi !== false)
  if (route.model !== '') {
    const model = served.find(({ id }) => id === route.model)
    return model ? answer(exchange, describe(model)) : refuse(presetFailure(exchange, '404'))
  }
  const size = Math.min(Number(url.searchParams.get('pageSize')) || DEFAULT_PAGE, MAX_PAGE)
  const start = Number(url.searchParams.get('pageToken') ?? 0)
  const isMore = start + size < served.length
  return answer(exchange, {
    models: served.slice(start, start + size).map(describe),
    ...(isMore ? { nextPageToken: String(start + size) } : {}),
  })
}

function describe(model: Model): JsonObject {
  return {
    name: `models/${model.id}`,
    version: '001',
    displayName: model.id.replaceAll('-', ' ').replace(/^./, (first) => first.toUpperCase()),
    description: `${model.id} on loopback`,
    inputTokenLimit: model.inputTokens,
    outputTokenLimit: model.outputTokens,
    ...(model.embeds
      ? { supportedGenerationMethods: ['embedContent', 'countTextTokens', 'countTokens'] }
      : GENERATES),
    ...(model.thinking ? { thinking: true } : {}),
  }
}
