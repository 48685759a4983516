/** What the three upstreams share once caller, model and body are known. */
import { resolveError } from '../errors/resolve.ts'
import { presetContext, refuse, takeReply } from '../exchange.ts'
import type { Exchange, Outcome } from '../exchange.ts'
import type { Model } from '../models.ts'
import type { GenerateRequest } from '../proto/types.ts'
import type { JsonObject } from '../json.ts'
import type { Upstream } from '../protocol.ts'
import { ownThings } from '../resources/own-things.ts'
import { composeChunks } from '../reply/chunks.ts'
import { promptTokens } from '../reply/usage.ts'
import { checkCounted, checkRequest } from '../rules/index.ts'
import type { Cache } from '../state/caches.ts'

export function generate(
  exchange: Exchange,
  { model, request }: { model: Model; request: GenerateRequest },
  envelope: (chunk: JsonObject) => JsonObject = (chunk) => chunk,
): Outcome {
  const { route, state } = exchange
  const { upstream } = route
  const own = ownThings(exchange)
  const asked = route.model || model.id
  const subject = { upstream, model, request, signatures: state.signatures, own, asked }
  const refused = checkRequest(subject)
  if (refused) return refuse(refused)
  const cache = request.cachedContent === undefined ? undefined : own.cache(request.cachedContent)
  const reply = takeReply(exchange)
  if (reply.error) return refuse(resolveError(reply.error, presetContext(exchange)), reply)
  if (reply.body) return { kind: 'json', body: reply.body, reply }
  const streaming = route.method === 'streamGenerateContent'
  const chunks = composeChunks({
    upstream,
    model,
    request: cache ? withCache(request, cache) : request,
    reply,
    streaming,
    signatures: state.signatures,
    now: state.now(),
    cached: cache?.tokens ?? 0,
  }).map(envelope)
  state.continuations.rememberAll(chunks, exchange.call.credential ?? '')
  if (streaming) return { kind: 'stream', events: chunks, reply }
  return { kind: 'json', body: chunks[0] ?? {}, reply }
}

/** The cached contents come first. */
export function withCache(request: GenerateRequest, { held }: Cache): GenerateRequest {
  const contents = [...(held.contents ?? []), ...(request.contents ?? [])]
  return { ...request, ...held, contents }
}

/** For methods that answer with one JSON object: the script's, or `body`. */
export function answer(exchange: Exchange, body: JsonObject): Outcome {
  const reply = takeReply(exchange)
  if (reply.error) return refuse(resolveError(reply.error, presetContext(exchange)), reply)
  return { kind: 'json', body: reply.body ?? body, reply }
}

export function countTokens(
  exchange: Exchange,
  { model, request }: { model: Model; request: GenerateRequest },
): Outcome {
  const { state, route } = exchange
  const { upstream } = route
  const { signatures } = state
  const refused = checkCounted({ upstream, model, request, signatures, own: ownThings(exchange) })
  return refused ? refuse(refused) : answer(exchange, tokenCount(upstream, request))
}

function tokenCount(upstream: Upstream, request: GenerateRequest): JsonObject {
  const totalTokens = promptTokens(request)
  if (upstream === 'code-assist') return { totalTokens }
  const parts = (request.contents ?? []).flatMap((content) => content.parts ?? [])
  const characters = parts.reduce((sum, part) => sum + (part.text?.length ?? 0), 0)
  return {
    totalTokens,
    ...(upstream === 'vertex' ? { totalBillableCharacters: characters } : {}),
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: totalTokens }],
  }
}
