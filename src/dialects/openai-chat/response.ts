/** A whole answer of Gemini's as OpenAI's `chat.completion` (client-protocols §1.3). */
import type { Failure } from '../../http/errors.ts'
import {
  blockReasonOf,
  finishReasonOf,
  firstCandidate,
  partsOf,
  textOf,
} from '../../gemini/response.ts'
import type { GenerateContentResponse, Part } from '../../gemini/types.ts'
import { conclude, type FinishReason } from './finish.ts'
import type { AnswerPlan } from './plan.ts'
import { toUsage, type Usage } from './usage.ts'

export interface ChatContext {
  readonly id: string
  /** Unix seconds, an integer. */
  readonly created: number
  /** As the client asked for it. */
  readonly model: string
}

export interface ChatCompletion {
  readonly id: string
  readonly object: 'chat.completion'
  readonly created: number
  readonly model: string
  /** Exactly one: clients index it unseen (E34). */
  readonly choices: readonly [ChatChoice]
  readonly usage: Usage
}

export interface ChatChoice {
  readonly index: 0
  readonly message: {
    readonly role: 'assistant'
    readonly content: string | null
    readonly refusal: string | null
    /** Left out when there were no thoughts. */
    readonly reasoning_content?: string
  }
  readonly logprobs: null
  readonly finish_reason: FinishReason
}

export type TranslatedResponse =
  | { readonly ok: true; readonly completion: ChatCompletion }
  | { readonly ok: false; readonly failure: Failure }

export function toChatCompletion(
  response: GenerateContentResponse,
  context: ChatContext,
  _plan: AnswerPlan,
): TranslatedResponse {
  const { text, thoughts, called } = readParts(partsOf(firstCandidate(response)))
  const conclusion = conclude({
    finishReason: finishReasonOf(response),
    blockReason: blockReasonOf(response),
    answered: text !== '',
    called,
  })
  if (!conclusion.ok) return conclusion
  const message = {
    role: 'assistant',
    content: conclusion.refusal === null ? text : null,
    refusal: conclusion.refusal,
    ...(thoughts !== '' && { reasoning_content: thoughts }),
  } as const
  return {
    ok: true,
    completion: {
      id: context.id,
      object: 'chat.completion',
      created: context.created,
      model: context.model,
      choices: [{ index: 0, message, logprobs: null, finish_reason: conclusion.finish }],
      usage: toUsage(response.usageMetadata),
    },
  }
}

function readParts(parts: readonly Part[]): { text: string; thoughts: string; called: boolean } {
  let text = ''
  let thoughts = ''
  let called = false
  for (const part of parts) {
    if (part.functionCall !== undefined) called = true
    else if (part.thought === true) thoughts += textOf(part)
    else text += textOf(part)
  }
  return { text, thoughts, called }
}
