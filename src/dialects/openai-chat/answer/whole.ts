/** Gemini's whole answers as OpenAI's `chat.completion` (docs/clients.md: Whole answers). */
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
import { type CodeRun, toMarkdown } from '../../../gemini/answer/code-blocks.ts'
import type { Citation } from '../../../gemini/answer/citations.ts'
import { AnswerReader, type AnswerSink, type BlockKind } from '../../../gemini/answer/reader.ts'
import type { ChatContext } from './context.ts'
import { type FinishReason, finishOf } from './finish-reason.ts'
import { type Logprobs, toLogprobs } from '../../openai/logprobs.ts'
import { type MessageAudio, type MessageImage, toAudio, toImages } from './media.ts'
import type { ChatPlan } from '../plan.ts'
import {
  encryptedDetail,
  type ReasoningDetail,
  textDetail,
  THINK_END,
  THINK_START,
} from './reasoning.ts'
import type { MadeCall } from '../../../gemini/answer/calls.ts'
import { type Annotation, ContentPlaces } from './url-citations.ts'
import { plusCost, toUsage, type Usage } from './usage.ts'
import {
  CallIds,
  type ExtraContent,
  extraContent,
  isSigned,
  toWireCall,
  type WireCall,
} from './wire-calls.ts'

export interface ChatCompletion {
  readonly id: string
  readonly object: 'chat.completion'
  readonly created: number
  readonly model: string
  /** Never empty: clients index it unchecked (docs/clients.md: Whole answers). */
  readonly choices: readonly ChatChoice[]
  readonly usage: Usage
}

export interface ChatChoice {
  readonly index: number
  readonly message: ChatMessage
  readonly logprobs: Logprobs | null
  readonly finish_reason: FinishReason
}

/**
 * Optional fields are left out if there is nothing to say: clients would take null or an empty list for content
 * (docs/clients.md: Streams, Whole answers).
 */
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
      /** For each choice, the signatures of the calls that the client receives. */
      readonly signatures: readonly (readonly CallSignature[])[]
    }
  /** `at`: index of the response that failed. */
  | { readonly ok: false; readonly failure: Failure; readonly at: number }

/**
 * Each response becomes a choice. If one failed, the whole completion fails, since clients expect as many choices as
 * they asked for.
 */
export function toChatCompletionOf(
  answers: readonly { readonly response: GenerateContentResponse; readonly plan: ChatPlan }[],
  context: ChatContext,
): TranslatedResponse {
  const choices: ChatChoice[] = []
  const signatures: (readonly CallSignature[])[] = []
  let used: UsageMetadata | undefined
  let cost: number | null | undefined
  for (const { response, plan } of answers) {
    const index = choices.length
    const answer = new WholeAnswer(context, plan, index)
    const choice = answer.choice(response)
    if (!choice.ok) return { ...choice, at: index }
    choices.push(choice.choice)
    signatures.push(answer.signatures)
    used = addUsage(used, usageOf(response))
    cost = plusCost(cost, plan, usageOf(response))
  }
  const usage = toUsage(used, cost)
  const { id, created, model } = context
  const completion = { id, object: 'chat.completion', created, model, choices, usage } as const
  return { ok: true, completion, signatures }
}

class WholeAnswer implements AnswerSink {
  readonly #context: ChatContext
  readonly #plan: ChatPlan
  readonly #index: number
  readonly #reader: AnswerReader
  readonly #calls: MadeCall[] = []
  readonly #media: Blob[] = []
  readonly #logprobs: LogprobsResult[] = []
  readonly #places = new ContentPlaces()
  #callIds: CallIds | null = null
  #citations: readonly Citation[] = []
  /** The signature of the message itself, for a later turn. */
  #signature: string | undefined
  #text = ''
  #thoughts = ''

  constructor(context: ChatContext, plan: ChatPlan, index: number) {
    this.#context = context
    this.#plan = plan
    this.#index = index
    this.#reader = new AnswerReader(plan, this)
  }

  get signatures(): readonly CallSignature[] {
    return this.#plan.legacyFunctions ? [] : this.#reader.signatures
  }

  choice(
    response: GenerateContentResponse,
  ): { ok: true; choice: ChatChoice } | { ok: false; failure: Failure } {
    this.#reader.read(response)
    const { conclusion, transcript } = this.#reader.end()
    if (!conclusion.ok) return conclusion
    const annotations = this.#places.toAnnotations(this.#citations)
    // If there are calls with ids, their signatures are enough (docs/google.md: Thought signatures).
    const isCalling = this.#calls.length > 0 && !this.#plan.legacyFunctions
    const signature = isCalling ? undefined : this.#signature
    const images = toImages(this.#media)
    const audio = toAudio(this.#media, transcript, this.#context)
    const { refusal } = conclusion
    const content = this.#content(refusal !== null || audio !== null)
    const message: ChatMessage = { role: 'assistant', content, refusal }
    this.#addReasoning(message, signature)
    this.#addCalls(message)
    if (annotations.length > 0) message.annotations = annotations
    if (images.length > 0) message.images = images
    if (audio !== null) message.audio = audio
    if (signature !== undefined) message.extra_content = extraContent(signature)
    const logprobs = toLogprobs(this.#logprobs)
    const choice = {
      index: this.#index,
      message,
      logprobs,
      finish_reason: finishOf(conclusion, this.#plan),
    }
    return { ok: true, choice }
  }

  open(kind: BlockKind): void {
    if (kind === 'text') this.#places.open()
    else if (this.#plan.reasoning === 'think_tags') this.text(THINK_START)
  }

  text(text: string): void {
    this.#places.add(text)
    this.#text += text
  }

  thought(text: string): void {
    const { reasoning } = this.#plan
    if (reasoning === 'think_tags') this.text(text)
    else if (reasoning !== 'none') this.#thoughts += text
  }

  close(kind: BlockKind): void {
    if (kind === 'thought' && this.#plan.reasoning === 'think_tags') this.text(THINK_END)
  }

  mint(googleId: string): string {
    this.#callIds ??= new CallIds(this.#context.id, this.#index)
    return this.#callIds.mint(googleId)
  }

  call(call: MadeCall): void {
    if (!this.#plan.legacyFunctions) {
      this.#calls.push(call)
      return
    }
    // The legacy form has neither an id nor room for a signature, so the message carries it.
    this.#calls.push({ ...call, signature: undefined })
    this.#signature = call.signature
  }

  code(run: CodeRun): void {
    const shown = toMarkdown(run)
    if (shown !== '') this.text(shown)
  }

  signature(signature: string): void {
    this.#signature = signature
  }

  citations(citations: readonly Citation[]): void {
    this.#citations = citations
  }

  media(blob: Blob): void {
    this.#media.push(blob)
  }

  logprobs(result: LogprobsResult): void {
    this.#logprobs.push(result)
  }

  /** Null if something else stands in its place. An empty text if nothing was said at all. */
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
      message.function_call = { name: first.name, arguments: first.json }
    } else message.tool_calls = this.#calls.map((call) => toWireCall(call, this.#plan.customTools))
  }
}
