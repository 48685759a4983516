import { toGeminiRequest, type TranslatedRequest } from '../../dialects/openai-chat/request.ts'
import { toChatCompletionOf } from '../../dialects/openai-chat/answer/whole.ts'
import { type ChatRequest, parseChatRequest } from '../../dialects/openai-chat/body/schema.ts'
import { toChatBody } from '../../dialects/openai-completions/request.ts'
import {
  type CompletionContext,
  toTextCompletion,
} from '../../dialects/openai-completions/whole.ts'
import {
  type CompletionRequest,
  parseCompletionRequest,
} from '../../dialects/openai-completions/body.ts'
import { CompletionStream } from '../../dialects/openai-completions/stream.ts'
import type { KeyHolder } from '../../gateway/authenticate.ts'
import { generate, type JourneyInput } from '../../gateway/generate.ts'
import { verdictOf } from '../../gateway/verdict-of.ts'
import { generateSeries } from '../../gateway/series.ts'
import { estimateTokens } from '../../gemini/usage.ts'
import { Cuttings } from '../../bytes/cuttings.ts'
import type { Failure } from '../../failure/failure.ts'
import { jsonResponse } from '../../http/json-response.ts'
import { isRecord } from '../../json/record.ts'
import { checked } from '../access.ts'
import type { Call, Reply } from '../call.ts'
import { answeringModel, setJourneyHeaders } from './journey-headers.ts'
import { journeyFor, outliving, readServiceBody } from './journey.ts'
import { streamed } from './streamed.ts'

type Translated = Extract<TranslatedRequest, { ok: true }>

/** A legacy request, and the chats that it comes to: one for each prompt, `n` times. */
interface Asked {
  readonly request: CompletionRequest
  readonly chat: ChatRequest
  readonly first: Translated
  readonly all: readonly Translated[]
}

/** POST /v1/completions */
export async function completions(call: Call, holder: KeyHolder): Promise<Reply> {
  const body = await readServiceBody(call, holder)
  if (!body.ok) return body.reply
  const asked = read(body.value)
  if ('reason' in asked) return checked(call, holder, asked)
  const journey = await journeyFor(call, holder, {
    body: body.value,
    model: asked.chat.model,
    estimatedTokens: asked.all.reduce((sum, { request }) => sum + estimateTokens(request), 0),
  })
  return asked.request.stream ? stream(call, asked, journey) : whole(call, asked, journey)
}

function read(body: unknown): Asked | Failure {
  const parsed = parseCompletionRequest(body)
  if (!parsed.ok) return parsed.failure
  const request = parsed.value
  const fields = isRecord(body) ? body : {}
  const all: Translated[] = []
  let chat: ChatRequest | undefined
  for (const prompt of request.prompt) {
    const asChat = parseChatRequest(toChatBody(fields, prompt, request.suffix ?? null))
    if (!asChat.ok) return asChat.failure
    const translated = toGeminiRequest(asChat.chat)
    if (!translated.ok) return { ...translated.failure, param: 'prompt' }
    chat ??= asChat.chat
    all.push(...Array.from({ length: request.n }, () => translated))
  }
  const [first] = all
  if (chat === undefined || first === undefined) throw new Error('A request has a prompt.')
  return { request, chat, first, all }
}

async function whole(call: Call, asked: Asked, journey: JourneyInput): Promise<Response> {
  const requests = asked.all.map(({ request }) => request)
  const made = generateSeries({ ...journey, cuttings: Cuttings.NONE }, requests)
  const series = await outliving(call, made)
  const response = series.ok
    ? answer(call, asked, series)
    : call.family.refuse(series.generated.failure, call.requestId)
  setJourneyHeaders(response.headers, series.generated, call.family)
  return response
}

function answer(
  call: Call,
  { request, chat, first }: Asked,
  { generated, responses }: Extract<Awaited<ReturnType<typeof generateSeries>>, { ok: true }>,
): Response {
  const context = contextFor(call, answeringModel(chat.model, generated))
  // There is no field for thoughts, and they are no part of the text.
  const plan = { ...first.plan, reasoning: 'none' } as const
  const translated = toChatCompletionOf(
    responses.map((response) => ({ response, plan })),
    context,
  )
  generated.settle(verdictOf(translated), responses.at(-1)?.usageMetadata)
  if (!translated.ok) return call.family.refuse(translated.failure, call.requestId)
  const { prompt, n, echo } = request
  const echoes = echo ? prompt.flatMap((text) => Array.from({ length: n }, () => text)) : []
  return jsonResponse(toTextCompletion(translated.completion, context, echoes))
}

async function stream(call: Call, asked: Asked, journey: JourneyInput): Promise<Response> {
  const { request } = asked.first
  const made = generate({ ...journey, request, cuttings: Cuttings.NONE, stream: true })
  const generated = await outliving(call, made)
  const response =
    generated.ok && generated.kind === 'stream'
      ? streamed(call, generated, () => {
          const context = contextFor(call, answeringModel(asked.chat.model, generated))
          const { includeUsage } = asked.first.plan
          const echo = asked.request.echo ? (asked.request.prompt[0] ?? '') : ''
          return new CompletionStream(context, { echo, includeUsage })
        })
      : call.family.refuse(generated.ok ? NO_STREAM : generated.failure, call.requestId)
  setJourneyHeaders(response.headers, generated, call.family)
  return response
}

function contextFor({ requestId }: Call, model: string): CompletionContext {
  const id = `cmpl-${requestId.slice('req_'.length)}`
  return { id, created: Math.floor(Date.now() / 1000), model }
}

const NO_STREAM: Failure = { reason: 'internal_error', message: 'The answer was not streamed.' }
