/**
 * Gemini's streamed answer as OpenAI's chunks, in the exact order of docs/clients.md, Streams: role, deltas, one
 * finish, usage if asked for, [DONE].
 *
 * This runs for every chunk of every stream, so whatever surrounds a text is built once, and a text costs one JSON
 * string and one concatenation. Nothing is written before the first content: until then the caller has an empty
 * string and may still answer with an HTTP error.
 */
import type { Failure } from '../../../failure/failure.ts'
import { DONE, errorFrame } from '../../openai/stream.ts'
import type { CallSignature } from '../../../gemini/signatures.ts'
import type { Blob, GenerateContentResponse, LogprobsResult } from '../../../gemini/types.ts'
import { addUsage } from '../../../gemini/usage.ts'
import { type CodeRun, toMarkdown } from '../../../gemini/answer/code-blocks.ts'
import { AnswerReader, type AnswerSink, type BlockKind } from '../../../gemini/answer/reader.ts'
import type { Citation } from '../../../gemini/answer/citations.ts'
import { type FinishReason, finishOf } from './finish-reason.ts'
import type { StreamEnd } from '../../dialect.ts'
import { toJsonLine } from '../../../json/line.ts'
import { toLogprobs } from '../../openai/logprobs.ts'
import { toAudio, toImages } from './media.ts'
import type { ChatPlan } from '../plan.ts'
import { encryptedDetail, textDetail, THINK_END, THINK_START } from './reasoning.ts'
import type { ChatContext } from './context.ts'
import type { MadeCall } from '../../../gemini/answer/calls.ts'
import { ContentPlaces } from './url-citations.ts'
import { plusCost, toUsage, type Usage } from './usage.ts'
import { CallIds, extraContent, toWireCall } from './wire-calls.ts'

/** Ends a frame after which the choice goes on. */
const OPEN = ',"logprobs":null,"finish_reason":null}]}\n\n'
const TEXT_END = `}${OPEN}`

/** The choices of one stream. Keeps what comes only once, after the last of them has ended. */
export class ChoiceGroup {
  #open: number
  #usage: Parameters<typeof addUsage>[0]
  #cost: number | null | undefined
  #isOver = false

  constructor(size: number) {
    this.#open = size
  }

  /** An error has been told, so nothing may follow. */
  get isOver(): boolean {
    return this.#isOver
  }

  fail(): void {
    this.#isOver = true
  }

  /** Records that a choice has ended well. Returns true for the last one. */
  ended(usage: Parameters<typeof addUsage>[0], plan: ChatPlan): boolean {
    this.#cost = plusCost(this.#cost, plan, usage)
    this.#usage = addUsage(this.#usage, usage)
    this.#open--
    return this.#open === 0
  }

  get usage(): Usage {
    return toUsage(this.#usage, this.#cost)
  }
}

/** One choice of a streamed answer. */
export class ChatStream implements AnswerSink {
  /** `data: ` and the beginning of the chunk up to the bracket of `choices`. */
  readonly #head: string
  /** The beginning of the choice up to the delta's value. */
  readonly #choice: string
  readonly #textStart: string
  readonly #thoughtStart: string
  readonly #context: ChatContext
  readonly #plan: ChatPlan
  readonly #group: ChoiceGroup
  readonly #reader: AnswerReader
  readonly #index: number
  readonly #media: Blob[] = []
  /** Null unless there may be citations: most answers have none. */
  readonly #places: ContentPlaces | null
  #callIds: CallIds | null = null
  #citations: readonly Citation[] = []
  /** The signature of the message itself, for a later turn. */
  #signature: string | undefined
  /** The frames for the response being read. */
  #frames = ''
  #isOpened = false
  #calls = 0
  #encrypted = 0

  constructor(context: ChatContext, plan: ChatPlan, index = 0, group = new ChoiceGroup(1)) {
    const { id, created, model } = context
    const chunk = toJsonLine({ id, object: 'chat.completion.chunk', created, model })
    this.#head = `data: ${chunk.slice(0, -1)},"choices":[`
    this.#choice = `${this.#head}{"index":${index},"delta":`
    this.#textStart = `${this.#choice}{"content":`
    this.#thoughtStart = `${this.#choice}{"reasoning_content":`
    this.#context = context
    this.#plan = plan
    this.#group = group
    this.#index = index
    this.#places = plan.keepsText ? new ContentPlaces() : null
    this.#reader = new AnswerReader(plan, this)
  }

  /** Signatures of the calls that the client received. */
  get signatures(): readonly CallSignature[] {
    return this.#plan.legacyFunctions ? [] : this.#reader.signatures
  }

  /** The frames for one response of Google's; empty if it has nothing to show. */
  encode(response: GenerateContentResponse): string {
    this.#reader.read(response)
    return this.#take()
  }

  /**
   * To be called when Google's stream is over. Without a finish reason the stream broke, and the client must be told
   * (docs/clients.md: Streams).
   */
  end(): StreamEnd {
    const { conclusion, transcript } = this.#reader.end()
    if (!conclusion.ok) return { ...conclusion, frames: this.fail(conclusion.failure) }
    this.#tellRest(transcript)
    if (conclusion.refusal !== null) this.#delta({ refusal: conclusion.refusal })
    this.#finish(finishOf(conclusion, this.#plan))
    return { ok: true, frames: this.#take() }
  }

  /**
   * An error after the first byte: a frame from which all SDKs raise, without a finish before it (docs/clients.md:
   * Streams).
   */
  fail(failure: Failure): string {
    if (this.#group.isOver) return ''
    this.#group.fail()
    return errorFrame(failure) + DONE
  }

  open(kind: BlockKind): void {
    if (kind === 'text') this.#places?.open()
    else if (this.#plan.reasoning === 'think_tags') this.text(THINK_START)
  }

  text(text: string): void {
    this.#places?.add(text)
    this.#frames += this.#textStart + toJsonLine(text) + TEXT_END
  }

  thought(text: string): void {
    switch (this.#plan.reasoning) {
      case 'none':
        return
      case 'think_tags':
        return this.text(text)
      case 'reasoning':
        this.#delta({
          reasoning_content: text,
          reasoning: text,
          reasoning_details: [textDetail(text)],
        })
        return
      default:
        this.#frames += this.#thoughtStart + toJsonLine(text) + TEXT_END
    }
  }

  close(kind: BlockKind): void {
    if (kind === 'thought' && this.#plan.reasoning === 'think_tags') this.text(THINK_END)
  }

  mint(googleId: string): string {
    this.#callIds ??= new CallIds(this.#context.id, this.#index)
    return this.#callIds.mint(googleId)
  }

  /** Each call comes whole in one delta, which every client accepts (docs/clients.md: Streams). */
  call(call: MadeCall): void {
    const index = this.#calls++
    if (this.#plan.legacyFunctions) {
      this.#delta({ function_call: { name: call.name, arguments: call.json } })
      // The legacy form has neither an id nor room for a signature, so the message carries it.
      this.#signature = call.signature
      return
    }
    this.#delta({ tool_calls: [{ index, ...toWireCall(call, this.#plan.customTools) }] })
    this.#encrypt(call.signature, call.id)
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

  /** Told once, at the end: clients take the last list for the complete one. */
  media(blob: Blob): void {
    this.#media.push(blob)
  }

  logprobs(result: LogprobsResult): void {
    const logprobs = toLogprobs([result])
    if (logprobs === null) return
    const json = toJsonLine(logprobs)
    this.#frames += `${this.#choice}{},"logprobs":${json},"finish_reason":null}]}\n\n`
  }

  #tellRest(transcript: string): void {
    const images = toImages(this.#media)
    const audio = toAudio(this.#media, transcript, this.#context)
    const annotations = this.#places?.toAnnotations(this.#citations) ?? []
    if (images.length > 0) this.#delta({ images })
    if (audio !== null) this.#delta({ audio })
    if (annotations.length > 0) this.#delta({ annotations })
    // If there are calls with ids, their signatures are enough (docs/google.md: Thought signatures).
    if (this.#calls > 0 && !this.#plan.legacyFunctions) return
    if (this.#signature !== undefined) {
      this.#delta({ extra_content: extraContent(this.#signature) })
      this.#encrypt(this.#signature, undefined)
    }
  }

  #encrypt(signature: string | undefined, callId: string | undefined): void {
    if (signature === undefined || this.#plan.reasoning !== 'reasoning') return
    this.#delta({ reasoning_details: [encryptedDetail(signature, callId, this.#encrypted++)] })
  }

  #delta(delta: object): void {
    this.#frames += this.#choice + toJsonLine(delta) + OPEN
  }

  #finish(reason: FinishReason): void {
    this.#frames += `${this.#choice}{},"logprobs":null,"finish_reason":"${reason}"}]}\n\n`
    if (!this.#group.ended(this.#reader.usage, this.#plan)) return
    if (this.#plan.includeUsage) {
      this.#frames += `${this.#head}],"usage":${toJsonLine(this.#group.usage)}}\n\n`
    }
    this.#frames += DONE
  }

  #take(): string {
    const frames = this.#frames
    this.#frames = ''
    if (frames === '' || this.#group.isOver) return ''
    return this.#isOpened ? frames : this.#open() + frames
  }

  #open(): string {
    this.#isOpened = true
    return `${this.#choice}{"role":"assistant","content":"","refusal":null}${OPEN}`
  }
}
