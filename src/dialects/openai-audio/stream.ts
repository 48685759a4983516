/** A streamed transcript: OpenAI's `transcript.text.delta` events and one `transcript.text.done`. */
import { blockReasonOf, finishReasonOf, usageOf } from '../../gemini/response.ts'
import type { GenerateContentResponse, UsageMetadata } from '../../gemini/types.ts'
import { type Failure, toOpenAIError } from '../../failure/failure.ts'
import { WholeCharacters, toWellFormedJson } from '../../json/well-formed.ts'
import { incompleteness } from './ending.ts'
import { spokenIn, toUsage } from './whole.ts'

export type StreamEnd =
  | { readonly ok: true; readonly frames: string }
  | { readonly ok: false; readonly failure: Failure; readonly frames: string }

export class TranscriptStream {
  readonly #characters = new WholeCharacters()
  #text = ''
  #usage: UsageMetadata | undefined
  #finishReason: string | undefined
  #blockReason: string | undefined

  encode(response: GenerateContentResponse): string {
    this.#usage = usageOf(response) ?? this.#usage
    this.#finishReason = finishReasonOf(response) ?? this.#finishReason
    this.#blockReason = blockReasonOf(response) ?? this.#blockReason
    const delta = this.#characters.next(spokenIn(response))
    if (delta === '') return ''
    this.#text += delta
    return frame({ type: 'transcript.text.delta', delta })
  }

  end(): StreamEnd {
    const failure = incompleteness({
      finishReason: this.#finishReason,
      blockReason: this.#blockReason,
    })
    if (failure !== null) return { ok: false, failure, frames: this.fail(failure) }
    const text = (this.#text + this.#characters.end()).trim()
    const usage = toUsage(this.#usage)
    return { ok: true, frames: frame({ type: 'transcript.text.done', text, usage }) }
  }

  /** SDKs raise what a frame with `error` says. */
  fail(failure: Failure): string {
    return frame(toOpenAIError(failure))
  }
}

function frame(event: unknown): string {
  return `data: ${toWellFormedJson(event)}\n\n`
}
