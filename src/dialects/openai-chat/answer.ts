/**
 * The one reading of what Google answers, for streams and whole answers alike: whatever is said
 * here of parts, thoughts, calls, citations and endings is said nowhere else. It tells a sink, in
 * order, what the client is to see; the sink only knows how that looks on the wire.
 */
import {
  blockReasonOf,
  finishReasonOf,
  firstCandidate,
  isMedia,
  partsOf,
  textOf,
  usageOf,
} from '../../gemini/response.ts'
import type { CallSignature } from '../../gemini/signatures.ts'
import type {
  Blob,
  GenerateContentResponse,
  GroundingMetadata,
  LogprobsResult,
  Part,
  UsageMetadata,
} from '../../gemini/types.ts'
import { isRecord } from '../../json/record.ts'
import { type Annotation, toAnnotations, VisibleText } from './answer/annotations.ts'
import { WholeCharacters } from '../../json/well-formed.ts'
import { codeBlock, withoutFence } from '../../gemini/answer/code-blocks.ts'
import { conclude, type Conclusion } from './answer/finish.ts'
import { THINK_END, THINK_START } from './answer/reasoning.ts'
import type { AnswerPlan } from './plan.ts'
import { CallReader, callIdPrefix, type ToolCall } from './answer/tool-calls.ts'

/** What the client is to see, piece by piece. Texts are never empty. */
export interface AnswerSink {
  text(text: string): void
  thought(text: string): void
  call(call: ToolCall): void
  /** A picture or a sound; base64. */
  media(blob: Blob): void
  logprobs(result: LogprobsResult): void
}

/** What is known of an answer when it is over, beside what the sink was told. */
export interface AnswerEnd {
  readonly conclusion: Conclusion
  readonly annotations: readonly Annotation[]
  /** What was said, for those who cannot hear it. */
  readonly transcript: string
  /** The message's own, for a later turn: where there are calls with ids, theirs are enough (google-upstreams §6.5). */
  readonly signature: string | undefined
}

export class AnswerReader {
  readonly #plan: AnswerPlan
  readonly #sink: AnswerSink
  readonly #answer: { readonly id: string; readonly index: number }
  readonly #texts = new WholeCharacters()
  readonly #thoughts = new WholeCharacters()
  /** From the first call on: most answers have none. */
  #calls: CallReader | null = null
  /** A long answer is much to keep, and mostly for nothing. */
  readonly #visible: VisibleText | null
  /** Of the calls that the client was told. */
  readonly signatures: CallSignature[] = []
  usage: UsageMetadata | undefined
  #finishReason: string | undefined
  #blockReason: string | undefined
  #grounding: GroundingMetadata | undefined
  #signature: string | undefined
  #answered = false
  #called = 0
  #stray = false
  #isThinking = false
  /** Text that may turn out to be a word around the real answer, which comes as a function's arguments. */
  #held = ''
  #isAnswerGiven = false

  constructor(
    plan: AnswerPlan,
    sink: AnswerSink,
    answer: { readonly id: string; readonly index: number },
  ) {
    this.#plan = plan
    this.#visible = plan.keepsText ? new VisibleText() : null
    this.#sink = sink
    this.#answer = answer
  }

  read(response: GenerateContentResponse): void {
    this.usage = usageOf(response) ?? this.usage
    this.#blockReason = blockReasonOf(response) ?? this.#blockReason
    this.#finishReason = finishReasonOf(response) ?? this.#finishReason
    const candidate = firstCandidate(response)
    let isFirst = true
    for (const part of partsOf(candidate)) {
      this.#part(part, isFirst)
      isFirst = false
    }
    if (candidate?.groundingMetadata?.groundingChunks !== undefined) {
      this.#grounding = candidate.groundingMetadata
    }
    if (isRecord(candidate?.logprobsResult)) this.#sink.logprobs(candidate.logprobsResult)
  }

  /** Google's answer is over: tells the sink what was held back, and how it ended. */
  end(): AnswerEnd {
    this.#tellHalves()
    this.#stopThinking()
    if (this.#held !== '' && !this.#isAnswerGiven) this.#show(withoutFence(this.#held))
    const conclusion = conclude({
      finishReason: this.#finishReason,
      blockReason: this.#blockReason,
      answered: this.#answered,
      calls: this.#called,
      isCallOpen: this.#calls?.isPending === true,
      isStray: this.#stray,
      callsFinish: this.#plan.legacyFunctions ? 'function_call' : 'tool_calls',
    })
    return {
      conclusion,
      annotations: this.#visible === null ? [] : toAnnotations(this.#grounding, this.#visible),
      transcript: this.#visible?.text ?? '',
      signature: this.#called === 0 || this.#plan.legacyFunctions ? this.#signature : undefined,
    }
  }

  #part(part: Part, isFirst: boolean): void {
    const isThought = part.thought === true
    const text = (isThought ? this.#thoughts : this.#texts).next(textOf(part))
    this.#visible?.next(text === '' ? 'other' : isThought ? 'thought' : 'text', isFirst)
    if (part.functionCall !== undefined) return this.#call(part)
    if (typeof part.thoughtSignature === 'string') this.#signature = part.thoughtSignature
    if (text !== '') return isThought ? this.#think(text) : this.#say(text)
    // A sketch that the model made while it thought is none of the answer.
    if (isThought) return
    if (isMedia(part.inlineData)) return this.#showMedia(part.inlineData)
    const block = codeBlock(part)
    if (block !== null) this.#say(block)
  }

  /** What was cut in two and never came whole. */
  #tellHalves(): void {
    const [thought, text] = [this.#thoughts.end(), this.#texts.end()]
    if (thought !== '') this.#think(thought)
    if (text !== '') this.#say(text)
  }

  #say(text: string): void {
    if (this.#plan.answerFunction === null) this.#show(text)
    else this.#held += text
  }

  #show(text: string): void {
    this.#stopThinking()
    this.#answered = true
    this.#visible?.add(text)
    this.#sink.text(text)
  }

  #showMedia(blob: Blob): void {
    this.#stopThinking()
    this.#answered = true
    this.#sink.media(blob)
  }

  #think(text: string): void {
    const { reasoning } = this.#plan
    if (reasoning === 'none') return
    if (reasoning !== 'think_tags') return this.#sink.thought(text)
    if (!this.#isThinking) this.#tag(THINK_START)
    this.#isThinking = true
    this.#tag(text)
  }

  #stopThinking(): void {
    if (!this.#isThinking) return
    this.#isThinking = false
    this.#tag(THINK_END)
  }

  /** In the text that the client gets, but no answer. */
  #tag(text: string): void {
    this.#visible?.skip(text)
    this.#sink.text(text)
  }

  #call(part: Part): void {
    const { callee, answerFunction, parallelToolCalls, legacyFunctions } = this.#plan
    if (callee !== 'client') {
      // Google's own tools have run by now, and what they found is in the text.
      this.#stray ||= callee === 'nobody'
      return
    }
    const { id: answerId, index } = this.#answer
    this.#calls ??= new CallReader(this.#plan, callIdPrefix(answerId, index))
    const call = this.#calls.read(part)
    if (call === null) return
    if (call.name === answerFunction) {
      if (!this.#isAnswerGiven) this.#show(call.arguments)
      this.#isAnswerGiven = true
      return
    }
    if (this.#called > 0 && (legacyFunctions || !parallelToolCalls)) return
    this.#stopThinking()
    this.#called++
    const { id, signature } = call
    if (legacyFunctions) {
      // That form has neither an id nor room for a signature: it is the message's.
      this.#signature = signature
      return this.#sink.call({ ...call, signature: undefined })
    }
    if (signature !== undefined) this.signatures.push({ callId: id, signature })
    this.#sink.call(call)
  }
}
