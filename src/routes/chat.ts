import { parseChatRequest, type ChatRequest } from '../dialects/openai-chat/schema.ts'
import { toGeminiRequest, type TranslatedRequest } from '../dialects/openai-chat/request.ts'
import { type ChatContext, toChatCompletion } from '../dialects/openai-chat/response.ts'
import { type AnswerPlan, planFor } from '../dialects/openai-chat/plan.ts'
import { ChatStream } from '../dialects/openai-chat/stream.ts'
import { DONE } from '../gateway/attempt.ts'
import type { KeyHolder } from '../gateway/authenticate.ts'
import { type Generated, generate } from '../gateway/generate.ts'
import { pump, unusable } from '../gateway/pump.ts'
import { nonReaders } from '../gemini/file-uris.ts'
import { hasContent } from '../gemini/response.ts'
import { estimateTokens } from '../gemini/usage.ts'
import { readCutJson } from '../http/body.ts'
import { errorResponse, type Failure } from '../http/errors.ts'
import type { Batch } from '../upstreams/events.ts'
import { checked, refusalTo } from './access.ts'
import { attach } from './attach.ts'
import type { Call, Reply } from './call.ts'
import { answeringModel, setJourneyHeaders } from './journey-headers.ts'
import { sessionOf } from './session.ts'

/** Bodies up to this size, in bytes, are read before the key is known: the first lease tells whether it is. */
const UNCHECKED_BODY_BYTES = 65_536

/** POST /v1/chat/completions */
export async function chatCompletions(call: Call, holder: KeyHolder): Promise<Reply> {
  const { request, env, ctx, settings, requestId } = call
  const size = Number(request.headers.get('content-length') ?? Infinity)
  const refusal = size > UNCHECKED_BODY_BYTES ? await refusalTo(env, holder) : null
  if (refusal !== null) return refusal
  const body = await readCutJson(request, settings.maxBodyBytes)
  if (!body.ok) return checked(call, holder, body.failure)
  const { cuttings } = body
  const parsed = parseChatRequest(body.value, cuttings)
  if (!parsed.ok) return checked(call, holder, parsed.failure)
  const { chat, attachments } = parsed
  const unfit = await attach(call, holder, { attachments, cuttings })
  if (unfit !== null) return unfit
  const translated = toGeminiRequest(chat)
  if (!translated.ok) return checked(call, holder, translated.failure)

  const waitUntil = (work: Promise<unknown>): void => ctx.waitUntil(work)
  const journey = generate({
    env,
    ...holder,
    requestId,
    model: chat.model,
    session: await sessionOf(request.headers, body.value),
    request: translated.request,
    cuttings,
    unfit: nonReaders(attachments),
    stream: chat.stream,
    estimatedTokens: estimateTokens(translated.request, (text) => cuttings.lengthOf(text)),
    settings,
    clientSignal: request.signal,
    waitUntil,
  })
  // A client that leaves ends this invocation; what its attempt came to is settled all the same.
  waitUntil(journey.catch(() => undefined)) // awaited below, where it is told
  const generated = await journey
  const response = answer(call, chat, translated, generated)
  setJourneyHeaders(response.headers, generated)
  return response
}

function answer(
  call: Call,
  chat: ChatRequest,
  { request, plan: asked }: Extract<TranslatedRequest, { ok: true }>,
  generated: Generated,
): Response {
  if (!generated.ok) return errorResponse(generated.failure)
  const { model, access, preferences } = generated.lease
  const target = { model, upstream: access.upstream }
  const plan = planFor(asked, { request, target, preferences })
  const context = {
    id: `chatcmpl-${crypto.randomUUID().replaceAll('-', '')}`,
    created: Math.floor(Date.now() / 1000),
    model: answeringModel(chat.model, generated),
  }
  if (generated.kind === 'stream') return streamed(call, generated, context, plan)
  const { response, settle } = generated
  const translated = toChatCompletion(response, context, plan)
  const verdict = translated.ok ? OK : unusable(translated.failure)
  const signatures = translated.ok ? translated.signatures.flat() : []
  call.ctx.waitUntil(settle(verdict, response.usageMetadata, signatures))
  return translated.ok ? Response.json(translated.completion) : errorResponse(translated.failure)
}

function streamed(
  { ctx, settings }: Call,
  generated: Extract<Generated, { kind: 'stream' }>,
  context: ChatContext,
  plan: AnswerPlan,
): Response {
  const { lease, events, first, control, settle } = generated
  const failure = failureBeforeContent(first, context, plan)
  if (failure !== null) {
    ctx.waitUntil(settle(unusable(failure), first.responses.at(-1)?.usageMetadata))
    control.abort(DONE)
    return errorResponse(failure)
  }
  const encoder = new ChatStream(context, plan)
  const { body, ended } = pump({
    lease,
    events,
    first,
    encoder,
    control,
    idleTimeoutMs: settings.streamIdleTimeoutMs,
    keepAlive: ': keep-alive\n\n',
  })
  ctx.waitUntil(ended.then(({ verdict, usage }) => settle(verdict, usage, encoder.signatures)))
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      // Proxies of the nginx family hold a stream back otherwise.
      'x-accel-buffering': 'no',
    },
  })
}

/** An answer that ended without any content, and not well, is an HTTP error like the unary one: nothing has been sent yet. */
function failureBeforeContent(
  first: Batch,
  context: ChatContext,
  plan: AnswerPlan,
): Failure | null {
  if (first.responses.some(hasContent)) return null
  const trial = new ChatStream(context, plan)
  for (const response of first.responses) trial.encode(response)
  const end = trial.end()
  return end.ok ? null : end.failure
}

const OK = { kind: 'ok' } as const
