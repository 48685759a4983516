import type { Failure } from '../../failure/failure.ts'
import { recordOf } from '../../json/record.ts'
import { toWellFormedJson } from '../../json/well-formed.ts'
import type { GenerateContentRequest } from '../../gemini/types.ts'
import type { Context, JsonDialect, Refused, Telling, Understood } from '../dialect.ts'
import { toChatCompletionOf } from '../openai-chat/answer/whole.ts'
import { type ChatRequest, parseChatRequest } from '../openai-chat/body/schema.ts'
import { ignoredUnder } from '../openai-chat/ignored.ts'
import type { ChatPlan } from '../openai-chat/plan.ts'
import { toGeminiRequest } from '../openai-chat/request.ts'
import { conversationIn } from '../openai/conversation.ts'
import { createdAt, idOf } from '../openai/ids.ts'
import { eventStream } from '../openai/stream.ts'
import { type CompletionRequest, parseCompletionRequest } from './body.ts'
import { ignoredIn, toChatBody } from './request.ts'
import { CompletionStream } from './stream.ts'
import { type CompletionContext, toTextCompletion } from './whole.ts'

/** POST /v1/completions: a chat for each prompt, `n` times. */
export const OPENAI_COMPLETIONS: JsonDialect = {
  sends: 'json',
  read({ body }) {
    const parsed = parseCompletionRequest(body)
    return parsed.ok ? understood(body, parsed.value) : parsed
  },
}

interface Chats {
  readonly chat: ChatRequest
  readonly plan: ChatPlan
  readonly requests: readonly [GenerateContentRequest, ...GenerateContentRequest[]]
}

function understood(body: unknown, completion: CompletionRequest): Understood | Refused {
  const chats = chatsOf(recordOf(body), completion)
  if ('reason' in chats) return { ok: false, failure: chats }
  const { chat, plan, requests } = chats
  const order = completion.stream ? 'together' : 'in_turn'
  return {
    ok: true,
    model: chat.model,
    stream: completion.stream,
    conversation: conversationIn(body),
    choices: 1,
    kind: null,
    attachments: [],
    translate: () => ({
      ok: true,
      order,
      requests,
      telling: telling(completion, plan),
      ignored: (target) => [
        ...ignoredIn(body),
        ...(target === null ? [] : ignoredUnder(requests[0], target, chat)),
      ],
    }),
  }
}

function chatsOf(
  body: Readonly<Record<string, unknown>>,
  completion: CompletionRequest,
): Chats | Failure {
  const { prompt, n } = completion
  const requests: GenerateContentRequest[] = []
  let first: Pick<Chats, 'chat' | 'plan'> | undefined
  for (const text of prompt) {
    const asChat = parseChatRequest(toChatBody(body, text, completion))
    if (!asChat.ok) return asChat.failure
    const translated = toGeminiRequest(asChat.chat)
    if (!translated.ok) return ofPrompt(translated.failure)
    first ??= { chat: asChat.chat, plan: translated.plan }
    requests.push(...Array.from({ length: n }, () => translated.request))
  }
  const [request, ...others] = requests
  if (first === undefined || request === undefined) throw new Error('A request has a prompt.')
  return { ...first, requests: [request, ...others] }
}

/** In the client's words: it sent a prompt and no messages. */
function ofPrompt(failure: Failure): Failure {
  const message = "Invalid value for 'prompt': must hold some text."
  const isEmpty = failure.param === 'messages'
  return { ...failure, ...(isEmpty && { message }), param: 'prompt' }
}

function telling(completion: CompletionRequest, plan: ChatPlan): Telling {
  const { prompt, n, echo } = completion
  return {
    whole(answers, context) {
      const [{ model } = { model: '' }] = answers
      const named = contextOf(context, model)
      // A completion has no field for thoughts or calls, and its text must not contain them.
      const thoughtless = { ...plan, reasoning: 'none', callee: 'nobody' } as const
      const told = toChatCompletionOf(
        answers.map(({ response }) => ({ response, plan: thoughtless })),
        named,
      )
      if (!told.ok) return told
      const echoes = echo ? prompt.flatMap((text) => Array.from({ length: n }, () => text)) : []
      const body = toWellFormedJson(toTextCompletion(told.completion, named, echoes))
      return { ok: true, body, contentType: 'application/json', signatures: [] }
    },
    stream: (context) =>
      eventStream((_index, { model }) => {
        const options = { echo: echo ? (prompt[0] ?? '') : '', includeUsage: plan.includeUsage }
        return new CompletionStream(contextOf(context, model), options)
      }),
  }
}

function contextOf(context: Context, model: string): CompletionContext {
  return { id: idOf('cmpl-', context), created: createdAt(context), model }
}
