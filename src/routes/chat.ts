import { parseChatRequest, type ChatRequest } from '../dialects/openai-chat/schema.ts'
import { toGeminiRequest } from '../dialects/openai-chat/request.ts'
import { toChatCompletion } from '../dialects/openai-chat/response.ts'
import { ChatStream } from '../dialects/openai-chat/stream.ts'
import { type Generated, generate } from '../gateway/generate.ts'
import { pump } from '../gateway/pump.ts'
import { findModel } from '../gemini/catalogue.ts'
import { readJson } from '../http/body.ts'
import { errorResponse, type Failure } from '../http/errors.ts'
import { checked } from './access.ts'
import type { Call, Reply } from './call.ts'

/** POST /v1/chat/completions */
export async function chatCompletions(call: Call, userId: string): Promise<Reply> {
  const { request, env, ctx, settings } = call
  const body = await readJson(request, settings.maxBodyBytes)
  if (!body.ok) return checked(call, userId, body.failure)
  const parsed = parseChatRequest(body.value)
  if (!parsed.ok) return checked(call, userId, parsed.failure)
  const { chat } = parsed
  const translated = toGeminiRequest(chat)
  if (!translated.ok) return checked(call, userId, translated.failure)

  const generated = await generate({
    env,
    userId,
    model: findModel(chat.model)?.id ?? chat.model,
    request: translated.request,
    stream: chat.stream,
    settings,
    clientSignal: request.signal,
    waitUntil: (work) => ctx.waitUntil(work),
  })
  const response = answer(call, chat, generated)
  response.headers.set('x-pollux-attempts', String(generated.attempts))
  const credential = generated.ok ? generated.lease.credentialId : generated.credentialId
  if (credential !== null) response.headers.set('x-pollux-credential', credential)
  return response
}

function answer(call: Call, chat: ChatRequest, generated: Generated): Response {
  if (!generated.ok) return errorResponse(generated.failure)
  const context = {
    id: `chatcmpl-${crypto.randomUUID().replaceAll('-', '')}`,
    created: Math.floor(Date.now() / 1000),
    model: chat.model,
  }
  if (generated.kind === 'stream') {
    const includeUsage = chat.stream_options?.include_usage === true
    return streamed(call, generated, new ChatStream({ ...context, includeUsage }))
  }
  const { response } = generated
  const translated = toChatCompletion(response, context)
  call.ctx.waitUntil(
    generated.settle(
      translated.ok ? { kind: 'ok' } : unusable(translated.failure),
      response.usageMetadata,
    ),
  )
  return translated.ok ? Response.json(translated.completion) : errorResponse(translated.failure)
}

function streamed(
  { ctx, settings }: Call,
  generated: Extract<Generated, { kind: 'stream' }>,
  encoder: ChatStream,
): Response {
  const { lease, events, first, control } = generated
  const { body, ended } = pump({
    lease,
    events,
    first,
    encoder,
    control,
    idleTimeoutMs: settings.streamIdleTimeoutMs,
    keepAlive: ': keep-alive\n\n',
  })
  ctx.waitUntil(ended.then(({ verdict, usage }) => generated.settle(verdict, usage)))
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      // Proxies of the nginx family hold a stream back otherwise.
      'x-accel-buffering': 'no',
    },
  })
}

/** An answer that arrived but is none: Google's doing. */
function unusable(failure: Failure) {
  const reason = failure.reason === 'upstream_truncated' ? 'truncated' : 'unreadable'
  return { kind: 'upstream_fault', reason } as const
}
