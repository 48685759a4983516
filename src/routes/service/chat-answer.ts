import type { ChatRequest } from '../../dialects/openai-chat/body/schema.ts'
import type { TranslatedRequest } from '../../dialects/openai-chat/request.ts'
import type { ChatContext } from '../../dialects/openai-chat/answer/context.ts'
import { toChatCompletionOf } from '../../dialects/openai-chat/answer/whole.ts'
import { type ChatPlan, planFor } from '../../dialects/openai-chat/plan.ts'
import { ChatStream, ChoiceGroup, errorFrames } from '../../dialects/openai-chat/answer/stream.ts'
import type { Client } from '../../gateway/client.ts'
import type { Answered, Choices } from '../../gateway/choices.ts'
import { Outlet } from '../../gateway/outlet.ts'
import { verdictOf } from '../../gateway/verdict-of.ts'
import { accompany } from '../../gateway/silence.ts'
import type { Failure } from '../../failure/failure.ts'
import { crashedRequest } from '../crash.ts'
import type { Call } from '../call.ts'
import { jsonResponse } from '../../http/json-response.ts'
import { answeringModel } from './journey-headers.ts'
import { carry, eventStream, keepAlive } from './streamed.ts'

/** What an answer needs to know of its request. */
export interface Asked {
  readonly call: Call
  readonly chat: ChatRequest
  readonly translated: Extract<TranslatedRequest, { ok: true }>
  readonly client: Client
}

type Whole = Extract<Choices, { ok: true }>

export function answerWhole(asked: Asked, { answers }: Whole): Response {
  const unary = answers.filter((answer) => answer.kind === 'unary')
  const translated = toChatCompletionOf(
    // Their leases may differ, and with them the way that JSON comes about.
    unary.map((answer) => ({ response: answer.response, plan: planOf(asked, answer) })),
    contextOf(asked, answers[0]),
  )
  unary.forEach(({ response, settle }, index) => {
    const isSpoilt = !translated.ok && translated.at === index
    const verdict = verdictOf(isSpoilt ? translated : { ok: true })
    const signatures = translated.ok ? (translated.signatures[index] ?? []) : []
    settle(verdict, response.usageMetadata, signatures)
  })
  return translated.ok
    ? jsonResponse(translated.completion)
    : asked.call.family.refuse(translated.failure, asked.call.requestId)
}

export function answerStream(asked: Asked, choices: Whole): Response {
  const outlet = new Outlet()
  carryChoices(asked, choices, outlet)
  return eventStream(outlet)
}

/**
 * A stream of which nothing can be said yet. From here on the status is sent, so what fails is told in the stream; the
 * journey behind it goes on as it would have.
 */
export function answerLater(asked: Asked, journey: Promise<Choices>): Response {
  const outlet = new Outlet()
  asked.call.ctx.waitUntil(followLater(asked, journey, outlet))
  return eventStream(outlet)
}

async function followLater(asked: Asked, journey: Promise<Choices>, outlet: Outlet): Promise<void> {
  const { call, client } = asked
  const onLeft = (): void => client.leave()
  let failure: Failure
  try {
    const choices = await accompany(journey, outlet, { keepAlive, onLeft })
    if (choices.ok) return carryChoices(asked, choices, outlet)
    failure = choices.failure
  } catch (error) {
    failure = crashedRequest(error, call.requestId)
  }
  outlet.write(errorFrames(failure))
  await outlet.close()
}

function carryChoices(asked: Asked, { answers }: Whole, outlet: Outlet): void {
  const context = contextOf(asked, answers[0])
  const group = new ChoiceGroup(answers.length)
  const streams = answers.filter((answer) => answer.kind === 'stream')
  const encoderOf = (answer: Answered, index: number): ChatStream =>
    new ChatStream(context, planOf(asked, answer), index, group)
  carry(asked.call, streams, encoderOf, outlet)
}

function planOf({ translated }: Asked, { lease }: Answered): ChatPlan {
  const { model, access, preferences } = lease
  const target = { model, upstream: access.upstream }
  return planFor(translated.plan, { request: translated.request, target, preferences })
}

function contextOf({ call, chat }: Asked, first: Answered): ChatContext {
  return {
    // The request's own, so that who has an answer finds its line of log.
    id: `chatcmpl-${call.requestId.slice('req_'.length)}`,
    created: Math.floor(Date.now() / 1000),
    model: answeringModel(chat.model, first),
  }
}
