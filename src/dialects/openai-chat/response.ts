/** Whole answers of Gemini's as OpenAI's `chat.completion` (client-protocols §1.3). */
import type { Failure } from '../../http/errors.ts'
import type { CallSignature } from '../../gemini/signatures.ts'
import type { Blob, GenerateContentResponse, LogprobsResult } from '../../gemini/types.ts'
import { usageOf } from '../../gemini/response.ts'
import { addUsage } from '../../gemini/usage.ts'
import type { Annotation } from './annotations.ts'
import { AnswerReader, type AnswerSink } from './answer.ts'
import type { FinishReason } from './finish.ts'
import { type Logprobs, toLogprobs } from './logprobs.ts'
import { type MessageAudio, type MessageImage, toAudio, toImages } from './media.ts'
import type { AnswerPlan } from './plan.ts'
import { encryptedDetail, type ReasoningDetail, textDetail } from './reasoning.ts'
import {
  type ExtraContent,
  extraContent,
  isSigned,
  type ToolCall,
  toWireCall,
  type WireCall,
} from './tool-calls.ts'
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
  /** Never empty: clients index it unseen (E34). */
  readonly choices: readonly ChatChoice[]
  readonly usage: Usage
}

export interface ChatChoice {
  readonly index: number
  readonly message: ChatMessage
  readonly logprobs: Logprobs | null
  readonly finish_reason: FinishReason
}

/** What is optional is left out when there is none: clients take null or an empty list for something (E27, E35). */
interface ChatMessage {
  readonly role: 'assistant'
  readonly content: string | null
  readonly refusal: string | null
  readonly reasoning_content?: string
  readonly reasoning?: string
  readonly reasoning_details?: readonly ReasoningDetail[]
  readonly tool_calls?: readonly WireCall[]
  readonly function_call?: { readonly name: string; readonly arguments: string }
  readonly annotations?: readonly Annotation[]
  readonly images?: readonly MessageImage[]
  readonly audio?: MessageAudio
  readonly extra_content?: ExtraContent
}

export type TranslatedResponse =
  | {
      readonly ok: true
      readonly completion: ChatCompletion
      /** For each choice, of the calls that the client is told. */
      readonly signatures: readonly (readonly CallSignature[])[]
    }
  /** `at`: which of the responses is none. */
  | { readonly ok: false; readonly failure: Failure; readonly at: number }

export function toChatCompletion(
  response: GenerateContentResponse,
  context: ChatContext,
  plan: AnswerPlan,
): TranslatedResponse {
  return toChatCompletionOf([{ response, plan }], context)
}

/** Each becomes a choice; one that is no answer fails them all, since clients expect as many as they asked for. */
export function toChatCompletionOf(
  answers: readonly { readonly response: GenerateContentResponse; readonly plan: AnswerPlan }[],
  context: ChatContext,
): TranslatedResponse {
  const choices: ChatChoice[] = []
  const signatures: (readonly CallSignature[])[] = []
  for (const [index, { response, plan }] of answers.entries()) {
    const answer = new WholeAnswer(context, plan, index)
    const choice = answer.choice(response)
    if (!choice.ok) return { ...choice, at: index }
    choices.push(choice.choice)
    signatures.push(answer.signatures)
  }
  const usage = toUsage(answers.map(({ response }) => usageOf(response)).reduce(addUsage))
  const { id, created, model } = context
  const completion = { id, object: 'chat.completion', created, model, choices, usage } as const
  return { ok: true, completion, signatures }
}

class WholeAnswer implements AnswerSink {
  readonly #context: ChatContext
  readonly #plan: AnswerPlan
  readonly #index: number
  readonly #reader: AnswerReader
  readonly #calls: ToolCall[] = []
  readonly #media: Blob[] = []
  readonly #logprobs: LogprobsResult[] = []
  #text = ''
  #thoughts = ''

  constructor(context: ChatContext, plan: AnswerPlan, index: number) {
    this.#context = context
    this.#plan = plan
    this.#index = index
    this.#reader = new AnswerReader(plan, this, { id: context.id, index })
  }

  get signatures(): readonly CallSignature[] {
    return this.#reader.signatures
  }

  choice(
    response: GenerateContentResponse,
  ): { ok: true; choice: ChatChoice } | { ok: false; failure: Failure } {
    this.#reader.read(response)
    const { conclusion, annotations, transcript, signature } = this.#reader.end()
    if (!conclusion.ok) return conclusion
    const images = toImages(this.#media)
    const audio = toAudio(this.#media, transcript, this.#context)
    const message: ChatMessage = {
      role: 'assistant',
      content: this.#content(conclusion.refusal !== null || audio !== null),
      refusal: conclusion.refusal,
      ...this.#reasoning(signature),
      ...this.#called(),
      ...(annotations.length > 0 && { annotations }),
      ...(images.length > 0 && { images }),
      ...(audio !== null && { audio }),
      ...(signature !== undefined && { extra_content: extraContent(signature) }),
    }
    const logprobs = toLogprobs(this.#logprobs)
    const choice = { index: this.#index, message, logprobs, finish_reason: conclusion.finish }
    return { ok: true, choice }
  }

  text(text: string): void {
    this.#text += text
  }

  thought(text: string): void {
    this.#thoughts += text
  }

  call(call: ToolCall): void {
    this.#calls.push(call)
  }

  media(blob: Blob): void {
    this.#media.push(blob)
  }

  logprobs(result: LogprobsResult): void {
    this.#logprobs.push(result)
  }

  /** Null where something else stands for it, an empty text where nothing was said at all. */
  #content(hasOther: boolean): string | null {
    return this.#text === '' && (hasOther || this.#calls.length > 0) ? null : this.#text
  }

  #reasoning(signature: string | undefined): Partial<ChatMessage> {
    const thoughts = this.#thoughts
    const told = thoughts === '' ? {} : { reasoning_content: thoughts }
    if (this.#plan.reasoning !== 'reasoning') return told
    const details = thoughts === '' ? [] : [textDetail(thoughts)]
    for (const [number, call] of this.#calls.filter(isSigned).entries()) {
      details.push(encryptedDetail(call.signature, call.id, number))
    }
    if (signature !== undefined) details.push(encryptedDetail(signature, undefined, 0))
    return {
      ...told,
      ...(thoughts !== '' && { reasoning: thoughts }),
      ...(details.length > 0 && { reasoning_details: details }),
    }
  }

  #called(): Partial<ChatMessage> {
    const [first] = this.#calls
    if (first === undefined) return {}
    return this.#plan.legacyFunctions
      ? { function_call: { name: first.name, arguments: first.arguments } }
      : { tool_calls: this.#calls.map(toWireCall) }
  }
}
