/** A streamed transcript: OpenAI's `transcript.text.delta` events and one `transcript.text.done`. */
import { DeafSink } from '../../gemini/answer/deaf-sink.ts'
import { PLAIN_ANSWER } from '../../gemini/answer/plan.ts'
import { AnswerReader } from '../../gemini/answer/reader.ts'
import { blockReasonOf, finishReasonOf } from '../../gemini/response.ts'
import type { GenerateContentResponse } from '../../gemini/types.ts'
import type { Failure } from '../../failure/failure.ts'
import { toWellFormedJson } from '../../json/well-formed.ts'
import { errorFrame } from '../openai/stream.ts'
import type { StreamEnd } from '../dialect.ts'
import { incompleteness } from './ending.ts'
import { toUsage } from './whole.ts'

export class TranscriptStream extends DeafSink {
  readonly #reader = new AnswerReader(PLAIN_ANSWER, this)
  #text = ''
  /** What the response being read says. */
  #delta = ''
  #finishReason: string | undefined
  #blockReason: string | undefined

  encode(response: GenerateContentResponse): string {
    this.#finishReason = finishReasonOf(response) ?? this.#finishReason
    this.#blockReason = blockReasonOf(response) ?? this.#blockReason
    this.#delta = ''
    this.#reader.read(response)
    const delta = this.#delta
    return delta === '' ? '' : frame({ type: 'transcript.text.delta', delta })
  }

  end(): StreamEnd {
    this.#reader.end()
    const failure = incompleteness({
      finishReason: this.#finishReason,
      blockReason: this.#blockReason,
    })
    if (failure !== null) return { ok: false, failure, frames: this.fail(failure) }
    const text = this.#text.trim()
    const usage = toUsage(this.#reader.usage)
    return { ok: true, frames: frame({ type: 'transcript.text.done', text, usage }) }
  }

  override text(text: string): void {
    this.#text += text
    this.#delta += text
  }

  /** SDKs raise an error for a frame with `error`. */
  fail(failure: Failure): string {
    return errorFrame(failure)
  }
}

function frame(event: unknown): string {
  return `data: ${toWellFormedJson(event)}\n\n`
}
