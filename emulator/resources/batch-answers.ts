/** The result of one request of a batch: an answer, or an error in its place. */
import { failureMessage, isObject } from '../errors/failure.ts'
import type { Exchange } from '../exchange.ts'
import type { JsonObject } from '../json.ts'
import type { Model } from '../models.ts'
import { parseMessage } from '../proto/parse.ts'
import { composeChunks } from '../reply/chunks.ts'
import { checkRequest } from '../rules/index.ts'
import type { BatchKind } from '../state/batches.ts'
import { asGenerateRequest } from '../upstreams/body.ts'
import { embeddingOf } from '../upstreams/embed.ts'
import { withCache } from '../upstreams/generate.ts'
import { ownThings } from './own-things.ts'

/** `key` stands in the lines of a file, `metadata` beside requests that were sent with the batch. */
export interface Asked {
  key?: unknown
  metadata?: unknown
  request?: unknown
}

/** google.rpc.Code.INVALID_ARGUMENT */
const INVALID_ARGUMENT = 3

export function answerOf(
  exchange: Exchange,
  { kind, model }: { kind: BatchKind; model: Model },
  { key, metadata, request }: Asked,
): JsonObject {
  const named = {
    ...(key === undefined ? {} : { key }),
    ...(metadata === undefined ? {} : { metadata }),
  }
  const answered =
    kind === 'EmbedContent'
      ? embeddingOf(exchange, model, request)
      : generated(exchange, model, request)
  return { ...named, ...answered }
}

function generated(exchange: Exchange, model: Model, body: unknown): JsonObject {
  const { state, route } = exchange
  const parsed = parseMessage('GenerateContentRequest', isObject(body) ? body : {}, route)
  if (!parsed.ok) return failed(failureMessage(parsed.failure))
  const request = asGenerateRequest(parsed.value)
  const own = ownThings(exchange)
  const { signatures } = state
  const upstream = 'gemini-api'
  const refused = checkRequest({ upstream, model, request, signatures, own, asked: route.model })
  if (refused) return failed(failureMessage(refused))
  const cache = request.cachedContent === undefined ? undefined : own.cache(request.cachedContent)
  const [response] = composeChunks({
    upstream,
    model,
    request: cache ? withCache(request, cache) : request,
    reply: {},
    streaming: false,
    signatures,
    now: state.now(),
    cached: cache?.tokens ?? 0,
  })
  return { response }
}

function failed(message: string): JsonObject {
  return { error: { code: INVALID_ARGUMENT, message } }
}
