/** Whole answers of Gemini's as OpenAI's `chat.completion` (client-protocols §1.3). */
import type { Failure } from '../../../failure/failure.ts'
import type { CallSignature } from '../../../gemini/signatures.ts'
import type {
  Blob,
  GenerateContentResponse,
  LogprobsResult,
  UsageMetadata,
} from '../../../gemini/types.ts'
import { usageOf } from '../../../gemini/response.ts'
import { addUsage } from '../../../gemini/usage.ts'
import type { Annotation } from './annotations.ts'
import { AnswerReader, type AnswerSink } from '../answer.ts'
import type { ChatContext } from './context.ts'
import type { FinishReason } from './finish.ts'
import { type Logprobs, toLogprobs } from '../../openai/logprobs.ts'
import { type MessageAudio, type MessageImage, toAudio, toImages } from './media.ts'
import type { AnswerPlan } from '../plan.ts'
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
  reasoning_content?: string
  reasoning?: string
  reasoning_details?: readonly ReasoningDetail[]
  tool_calls?: readonly WireCall[]
  function_call?: { readonly name: string; readonly arguments: string }
  annotations?: readonly Annotation[]
  images?: readonly MessageImage[]
  audio?: MessageAudio
  extra_content?: ExtraContent
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
  let used: UsageMetadata | undefined
  for (const { response, plan } of answers) {
    const index = choices.length
    const answer = new WholeAnswer(context, plan, index)
    const choice = answer.choice(response)
    if (!choice.ok) return { ...choice, at: index }
    choices.push(choice.choice)
    signatures.push(answer.signatures)
    used = addUsage(used, usageOf(response))
  }
  const usage = toUsage(used)
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
    const { refusal, finish } = conclusion
    const content = this.#content(refusal !== null || audio !== null)
    const message: ChatMessage = { role: 'assistant', content, refusal }
    this.#addReasoning(message, signature)
    this.#addCalls(message)
    if (annotations.length > 0) message.annotations = annotations
    if (images.length > 0) message.images = images
    if (audio !== null) message.audio = audio
    if (signature !== undefined) message.extra_content = extraContent(signature)
    const logprobs = toLogprobs(this.#logprobs)
    const choice = { index: this.#index, message, logprobs, finish_reason: finish }
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

  #addReasoning(message: ChatMessage, signature: string | undefined): void {
    const thoughts = this.#thoughts
    if (thoughts !== '') message.reasoning_content = thoughts
    if (this.#plan.reasoning !== 'reasoning') return
    if (thoughts !== '') message.reasoning = thoughts
    const details = thoughts === '' ? [] : [textDetail(thoughts)]
    for (const [number, call] of this.#calls.filter(isSigned).entries()) {
      details.push(encryptedDetail(call.signature, call.id, number))
    }
    if (signature !== undefined) details.push(encryptedDetail(signature, undefined, 0))
    if (details.length > 0) message.reasoning_details = details
  }

  #addCalls(message: ChatMessage): void {
    const [first] = this.#calls
    if (first === undefined) return
    if (this.#plan.legacyFunctions) {
      message.function_call = { name: first.name, arguments: first.arguments }
    } else message.tool_calls = this.#calls.map(toWireCall)
  }
}
