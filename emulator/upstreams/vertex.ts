/** Vertex AI: a project of the caller's and a location, or express mode (docs/google.md: Vertex AI). */
import { apiKeyCredential, bearerCredential } from '../authenticate.ts'
import type { Failure } from '../errors/failure.ts'
import { presetFailure, refuse } from '../exchange.ts'
import type { Exchange, Outcome } from '../exchange.ts'
import { findModel } from '../find-model.ts'
import { asGenerateRequest, readBody } from './body.ts'
import { embed, isEmbedding } from './embed.ts'
import { countTokens, generate } from './generate.ts'

export function vertex(exchange: Exchange): Outcome {
  const { route } = exchange
  const barred = route.project === '' ? expressCaller(exchange) : projectCaller(exchange)
  if (barred) return refuse(barred)
  if (isEmbedding(route.method)) {
    return embed(exchange, findModel('vertex', route.model, route.location))
  }
  const counts = route.method === 'countTokens'
  const body = readBody(exchange, counts ? 'VertexCountTokensRequest' : 'GenerateContentRequest')
  if (!body.ok) return refuse(body.failure)
  const model = findModel('vertex', route.model, route.location)
  if (!model || model.embeds) return refuse(presetFailure(exchange, '404'))
  const request = asGenerateRequest(body.value)
  return (counts ? countTokens : generate)(exchange, { model, request })
}

function expressCaller(exchange: Exchange): Failure | undefined {
  const hasBearer = exchange.headers.has('authorization')
  const caller = hasBearer ? bearerCredential(exchange) : apiKeyCredential(exchange)
  if (!caller.ok) return caller.failure
  return hasBearer ? presetFailure(exchange, '403_generic') : undefined
}

function projectCaller(exchange: Exchange): Failure | undefined {
  const caller = bearerCredential(exchange)
  if (!caller.ok) return caller.failure
  const { project } = caller.value
  const isForeign = project !== undefined && project !== exchange.route.project
  return isForeign ? presetFailure(exchange, '403_project') : undefined
}
