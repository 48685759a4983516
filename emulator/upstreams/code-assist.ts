/** Code Assist: Vertex's format in an envelope, for licence holders (docs/google.md: Code Assist). */
import { bearerCredential } from '../authenticate.ts'
import { isObject } from '../errors/failure.ts'
import type { PresetName } from '../errors/presets.ts'
import { presetFailure, refuse } from '../exchange.ts'
import type { Exchange, Outcome } from '../exchange.ts'
import { findModel } from '../find-model.ts'
import type { JsonObject } from '../json.ts'
import { randomBytes } from '../random.ts'
import { handleOf } from '../state/credentials.ts'
import type { OAuthCredential } from '../state/credentials.ts'
import { asGenerateRequest, readBody } from './body.ts'
import { getOperation, loadCodeAssist, onboardUser } from './code-assist-setup.ts'
import { answer, countTokens, generate } from './generate.ts'

type Handler = (exchange: Exchange, caller: OAuthCredential) => Outcome

const METHODS: Record<string, Handler> = {
  loadCodeAssist,
  onboardUser,
  getOperation,
  generateContent,
  streamGenerateContent: generateContent,
  countTokens: countCodeAssistTokens,
  retrieveUserQuota,
}

export function codeAssist(exchange: Exchange): Outcome {
  const caller = bearerCredential(exchange)
  if (!caller.ok) return refuse(caller.failure)
  const handle = METHODS[exchange.route.method]
  return handle ? handle(exchange, caller.value) : refuse(presetFailure(exchange, '404'))
}

function generateContent(exchange: Exchange, caller: OAuthCredential): Outcome {
  const { call } = exchange
  const body = readBody(exchange, 'CodeAssistGenerateRequest')
  if (!body.ok) return refuse(body.failure)
  const { model: id, project, request } = body.value
  if (typeof id === 'string') call.model = id
  if (typeof project === 'string') call.project = project
  if (typeof id !== 'string' || !isObject(request)) {
    return refuse(presetFailure(exchange, '400_generic'))
  }
  const barred = checkLicence(exchange, caller)
  if (barred) return refuse(presetFailure(exchange, barred))
  const model = findModel('code-assist', id, '')
  if (!model) return refuse(presetFailure(exchange, '404'))
  const traceId = randomBytes(8).reduce(
    (text, byte) => text + byte.toString(16).padStart(2, '0'),
    '',
  )
  return generate(exchange, { model, request: asGenerateRequest(request) }, (chunk) =>
    'response' in chunk || 'error' in chunk ? chunk : { response: chunk, traceId },
  )
}

function checkLicence({ call, state }: Exchange, caller: OAuthCredential): PresetName | undefined {
  // A service account is a NON_USER_ACCOUNT: no tier accepts it.
  if (caller.type === 'service_account') return '403_licence_project'
  const persona = caller.persona ?? 'licensed'
  if (persona === 'consumer') return call.project ? '403_licence_project' : '403_licence'
  if (persona === 'validation_required') return '403_validation'
  const isOnboarded = persona !== 'not_onboarded' || state.onboarding.isOnboarded(handleOf(caller))
  if (!isOnboarded) return '403_licence'
  if (!call.project) return '400_generic'
  const isForeign = caller.project !== undefined && caller.project !== call.project
  return isForeign ? '403_project' : undefined
}

function countCodeAssistTokens(exchange: Exchange): Outcome {
  const body = readBody(exchange, 'CodeAssistCountTokensRequest')
  if (!body.ok) return refuse(body.failure)
  const { request } = body.value
  const name = isObject(request) ? request['model'] : undefined
  if (!isObject(request) || typeof name !== 'string' || !name.startsWith('models/')) {
    return refuse(presetFailure(exchange, '400_generic'))
  }
  const id = name.slice('models/'.length)
  exchange.call.model = id
  const model = findModel('code-assist', id, '')
  if (!model) return refuse(presetFailure(exchange, '404'))
  return countTokens(exchange, { model, request: asGenerateRequest(request) })
}

const QUOTA_PER_DAY = 1_500
const DAY_MS = 86_400_000

function retrieveUserQuota(exchange: Exchange): Outcome {
  const body = readBody(exchange, 'RetrieveUserQuotaRequest')
  if (!body.ok) return refuse(body.failure)
  const now = exchange.state.now()
  const resetTime = new Date(now - (now % DAY_MS) + DAY_MS).toISOString()
  const bucket = (modelId: string): JsonObject => ({
    remainingAmount: String(QUOTA_PER_DAY),
    remainingFraction: 1,
    resetTime,
    tokenType: 'REQUESTS',
    modelId,
  })
  return answer(exchange, { buckets: ['gemini-2.5-pro', 'gemini-2.5-flash'].map(bucket) })
}
