/**
 * A streamed answer of Gemini's as OpenAI's chunks, in the exact sequence of client-protocols §1.4:
 * role, deltas, one finish, usage if asked for, [DONE].
 *
 * This runs for every chunk of every stream, so what surrounds a text is built once, and a text
 * costs one JSON string and one concatenation. Nothing is written before the first text: until then
 * the caller has an empty string in hand and may still answer with an HTTP error.
 */
import { type Failure, toOpenAIError } from '../../http/errors.ts'
import {
  blockReasonOf,
  finishReasonOf,
  firstCandidate,
  partsOf,
  textOf,
} from '../../gemini/response.ts'
import type { GenerateContentResponse, UsageMetadata } from '../../gemini/types.ts'
import { conclude, type FinishReason } from './finish.ts'
import { toJsonLine } from './json.ts'
import type { AnswerPlan } from './plan.ts'
import type { ChatContext } from './response.ts'
import { toUsage } from './usage.ts'

export type StreamEnd =
  | { readonly ok: true; readonly frames: string }
  | { readonly ok: false; readonly failure: Failure; readonly frames: string }

const DONE = 'data: [DONE]\n\n'
/** Ends a frame whose choice goes on. */
const OPEN = ',"logprobs":null,"finish_reason":null}]}\n\n'
const TEXT_END = `}${OPEN}`

export class ChatStream {
  /** `data: ` and the chunk's beginning up to the bracket of `choices`. */
  readonly #head: string
  /** As far as the delta's value. */
  readonly #choice: string
  readonly #text: string
  readonly #thought: string
  readonly #plan: AnswerPlan
  #opened = false
  #answered = false
  #called = false
  #finishReason: string | undefined
  #blockReason: string | undefined
  #usage: UsageMetadata | undefined

  constructor({ id, created, model }: ChatContext, plan: AnswerPlan) {
    const chunk = toJsonLine({ id, object: 'chat.completion.chunk', created, model })
    this.#head = `data: ${chunk.slice(0, -1)},"choices":[`
    this.#choice = `${this.#head}{"index":0,"delta":`
    this.#text = `${this.#choice}{"content":`
    this.#thought = `${this.#choice}{"reasoning_content":`
    this.#plan = plan
  }

  /** The frames for one response of Google's; empty when it has nothing to show. */
  encode(response: GenerateContentResponse): string {
    if (response.usageMetadata !== undefined) this.#usage = response.usageMetadata
    this.#blockReason = blockReasonOf(response) ?? this.#blockReason
    this.#finishReason = finishReasonOf(response) ?? this.#finishReason
    let frames = ''
    for (const part of partsOf(firstCandidate(response))) {
      const text = textOf(part)
      if (part.functionCall !== undefined) this.#called = true
      else if (text === '') continue
      else if (part.thought === true) frames += this.#thought + toJsonLine(text) + TEXT_END
      else {
        this.#answered = true
        frames += this.#text + toJsonLine(text) + TEXT_END
      }
    }
    return frames === '' || this.#opened ? frames : this.#open() + frames
  }

  /**
   * Google's stream is over. Without a finish reason it broke off, and the client must see that
   * (E3, E25).
   */
  end(): StreamEnd {
    const conclusion = conclude({
      finishReason: this.#finishReason,
      blockReason: this.#blockReason,
      answered: this.#answered,
      called: this.#called,
    })
    if (!conclusion.ok) return { ...conclusion, frames: this.fail(conclusion.failure) }
    let frames = this.#opened ? '' : this.#open()
    if (conclusion.refusal !== null) {
      frames += `${this.#choice}{"refusal":${toJsonLine(conclusion.refusal)}${TEXT_END}`
    }
    frames += this.#finish(conclusion.finish)
    if (this.#plan.includeUsage) {
      frames += `${this.#head}],"usage":${toJsonLine(toUsage(this.#usage))}}\n\n`
    }
    return { ok: true, frames: frames + DONE }
  }

  /**
   * An error after the first byte: a frame all SDKs raise from, and no finish before it (client-
   * protocols §1.5).
   */
  fail(failure: Failure): string {
    return `data: ${toJsonLine(toOpenAIError(failure))}\n\n${DONE}`
  }

  #open(): string {
    this.#opened = true
    return `${this.#choice}{"role":"assistant","content":"","refusal":null}${OPEN}`
  }

  #finish(reason: FinishReason): string {
    return `${this.#choice}{},"logprobs":null,"finish_reason":"${reason}"}]}\n\n`
  }
}
