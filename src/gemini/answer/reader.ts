/**
 * Reads Google's answer: parts, thoughts, calls, citations and endings. There is no other reader: streams, whole
 * answers and all dialects use it. It passes what the client is to see to a sink, in order. The sink only knows how
 * that looks on the wire.
 */
import {
  blockReasonOf,
  finishReasonOf,
  firstCandidate,
  isMedia,
  partsOf,
  textOf,
  usageOf,
} from '../response.ts'
import type { CallSignature } from '../signatures.ts'
import { richerUsage } from '../usage.ts'
import type {
  Blob,
  GenerateContentResponse,
  GroundingMetadata,
  LogprobsResult,
  Part,
  UsageMetadata,
} from '../types.ts'
import { isRecord } from '../../json/record.ts'
import { WholeCharacters } from '../../json/well-formed.ts'
import { type Citation, CitedText, citationsIn } from './citations.ts'
import { type CodeRun, codeRunOf, toMarkdown, withoutFence } from './code-blocks.ts'
import { conclude, type Conclusion, isCut } from './conclusion.ts'
import type { AnswerPlan } from './plan.ts'
import { CallReader, type MadeCall } from './calls.ts'

/** Kinds of output that come in pieces. Consecutive pieces of one kind form one block. */
export type BlockKind = 'text' | 'thought'

/**
 * Receives what the client is to see, piece by piece. Texts are never empty, and come between `open` and `close` of
 * their kind, with nothing else in between. Calls, media and code come between blocks. If the answer fails, the last
 * block stays open.
 */
export interface AnswerSink {
  open(kind: BlockKind): void
  text(text: string): void
  thought(text: string): void
  /** `isCut`: the answer ended within the block. */
  close(kind: BlockKind, isCut: boolean): void
  /** Called only with complete arguments. */
  call(call: MadeCall): void
  /**
   * Makes the id that the client gets for a call. It is given Google's own id, or an empty string if there is none.
   * It is asked again with an empty string if the id belongs to another call already.
   */
  mint(googleId: string): string
  /** A picture or a sound, in base64. */
  media(blob: Blob): void
  code(run: CodeRun): void
  /** The signature of the text or thoughts told just before it. Signatures of calls come with the call. */
  signature(signature: string): void
  /** All citations, once. Nothing but the close of the last block may follow. */
  citations(citations: readonly Citation[]): void
  logprobs(result: LogprobsResult): void
}

/** What is known once the answer is over, besides what the sink was told. */
export interface AnswerEnd {
  readonly conclusion: Conclusion
  /** The text of the answer, for clients that cannot play sound; empty if the plan keeps no text. */
  readonly transcript: string
}

export class AnswerReader {
  readonly #plan: AnswerPlan
  readonly #sink: AnswerSink
  readonly #texts = new WholeCharacters()
  readonly #thoughts = new WholeCharacters()
  /** Made at the first call: most answers have none. */
  #calls: CallReader | null = null
  /** Null unless the plan needs it: a long answer takes much memory. */
  readonly #cited: CitedText | null
  /** Signatures of the calls that the client received. */
  readonly signatures: CallSignature[] = []
  usage: UsageMetadata | undefined
  #finishReason: string | undefined
  #blockReason: string | undefined
  #grounding: GroundingMetadata | undefined
  #block: BlockKind | null = null
  #answered = false
  #called = 0
  #stray = false
  /** Text that is held back. If the real answer comes as a function's arguments, this was only talk around it. */
  #held = ''
  #isAnswerGiven = false

  constructor(plan: AnswerPlan, sink: AnswerSink) {
    this.#plan = plan
    this.#cited = plan.keepsText ? new CitedText() : null
    this.#sink = sink
  }

  read(response: GenerateContentResponse): void {
    const counts = usageOf(response)
    if (counts !== undefined) this.usage = richerUsage(this.usage, counts)
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

  /** To be called when Google's answer is over. Tells the sink what was held back, and returns how the answer ended. */
  end(): AnswerEnd {
    this.#tellHalves()
    if (this.#held !== '' && !this.#isAnswerGiven) this.#show(withoutFence(this.#held))
    const conclusion = conclude({
      finishReason: this.#finishReason,
      blockReason: this.#blockReason,
      answered: this.#answered,
      calls: this.#called,
      isCallOpen: this.#calls?.isPending === true,
      isCallBroken: this.#calls?.isBroken === true,
      isStray: this.#stray,
    })
    if (conclusion.ok) {
      this.#cite()
      this.#close(isCut(conclusion))
    }
    return { conclusion, transcript: this.#cited?.text ?? '' }
  }

  #cite(): void {
    const citations = this.#cited === null ? [] : citationsIn(this.#grounding, this.#cited)
    if (citations.length > 0) this.#sink.citations(citations)
  }

  #part(part: Part, isFirst: boolean): void {
    const isThought = part.thought === true
    const text = (isThought ? this.#thoughts : this.#texts).next(textOf(part))
    this.#cited?.next(text === '' ? 'other' : isThought ? 'thought' : 'text', isFirst)
    if (part.functionCall !== undefined) return this.#call(part)
    if (text === '') this.#other(part)
    else if (isThought) this.#think(text)
    else this.#say(text)
    if (typeof part.thoughtSignature === 'string') this.#sink.signature(part.thoughtSignature)
  }

  #other(part: Part): void {
    // A sketch that the model made while thinking is not part of the answer.
    if (part.thought === true) return
    if (isMedia(part.inlineData)) return this.#showMedia(part.inlineData)
    const run = codeRunOf(part)
    if (run !== null) this.#showCode(run)
  }

  /** Tells halves of characters whose other half never came, as U+FFFD. */
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
    if (this.#block !== 'text') this.#open('text')
    this.#answered = true
    this.#cited?.add(text)
    this.#sink.text(text)
  }

  #think(text: string): void {
    if (this.#block !== 'thought') this.#open('thought')
    this.#sink.thought(text)
  }

  #showMedia(blob: Blob): void {
    this.#close()
    this.#answered = true
    this.#sink.media(blob)
  }

  #showCode(run: CodeRun): void {
    if (this.#plan.answerFunction !== null) {
      this.#held += toMarkdown(run)
      return
    }
    this.#close()
    this.#answered = true
    this.#sink.code(run)
  }

  #open(kind: BlockKind): void {
    this.#close()
    this.#block = kind
    if (kind === 'text') this.#cited?.open()
    this.#sink.open(kind)
  }

  #close(isCutOff = false): void {
    if (this.#block === null) return
    const kind = this.#block
    this.#block = null
    this.#sink.close(kind, isCutOff)
  }

  #call(part: Part): void {
    const { callee, answerFunction, functionNames, parallelToolCalls } = this.#plan
    if (callee !== 'client') {
      // Google's own tools have already run, and the text contains what they found.
      this.#stray ||= callee === 'nobody'
      return
    }
    this.#calls ??= new CallReader(functionNames, (googleId) => this.#sink.mint(googleId))
    const call = this.#calls.read(part)
    if (call === null) return
    if (call.name === answerFunction) {
      if (!this.#isAnswerGiven) this.#show(call.json)
      this.#isAnswerGiven = true
      return
    }
    if (this.#called > 0 && !parallelToolCalls) return
    this.#close()
    this.#called++
    const { id, signature } = call
    if (signature !== undefined) this.signatures.push({ callId: id, signature })
    this.#sink.call(call)
  }
}
