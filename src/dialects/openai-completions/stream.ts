/** A streamed answer as `text_completion` chunks: pieces of text, one finish, usage if asked for, [DONE]. */
import type { Failure } from '../../failure/failure.ts'
import { AnswerReader } from '../../gemini/answer/reader.ts'
import { type CodeRun, toMarkdown } from '../../gemini/answer/code-blocks.ts'
import { DeafSink } from '../../gemini/answer/deaf-sink.ts'
import { PLAIN_ANSWER } from '../../gemini/answer/plan.ts'
import type { GenerateContentResponse } from '../../gemini/types.ts'
import { DONE, errorFrame } from '../openai/stream.ts'
import { toJsonLine } from '../../json/line.ts'
import { finishOf } from '../openai-chat/answer/finish-reason.ts'
import type { StreamEnd } from '../dialect.ts'
import { toUsage } from '../openai-chat/answer/usage.ts'
import { type CompletionContext, endOf } from './whole.ts'

export interface CompletionStreamOptions {
  /** The prompt if it must be repeated before the answer; otherwise empty. */
  readonly echo: string
  readonly includeUsage: boolean
}

export class CompletionStream extends DeafSink {
  readonly #context: CompletionContext
  readonly #options: CompletionStreamOptions
  #echo: string
  readonly #reader = new AnswerReader(PLAIN_ANSWER, this)
  /** What the response being read says. */
  #said = ''

  constructor(context: CompletionContext, options: CompletionStreamOptions) {
    super()
    this.#context = context
    this.#options = options
    this.#echo = options.echo
  }

  encode(response: GenerateContentResponse): string {
    this.#reader.read(response)
    return this.#said === '' ? '' : this.#chunk(this.#takeEcho() + this.#take(), null)
  }

  end(): StreamEnd {
    const { conclusion } = this.#reader.end()
    if (!conclusion.ok) return { ...conclusion, frames: this.fail(conclusion.failure) }
    const finish = endOf(finishOf(conclusion, { legacyFunctions: false }))
    let frames = this.#chunk(this.#takeEcho() + this.#take(), finish)
    if (this.#options.includeUsage) {
      const usage = toUsage(this.#reader.usage)
      frames += frame({ ...this.#context, object: 'text_completion', choices: [], usage })
    }
    return { ok: true, frames: frames + DONE }
  }

  fail(failure: Failure): string {
    return errorFrame(failure) + DONE
  }

  override text(text: string): void {
    this.#said += text
  }

  override code(run: CodeRun): void {
    this.#said += toMarkdown(run)
  }

  #take(): string {
    const said = this.#said
    this.#said = ''
    return said
  }

  #takeEcho(): string {
    const echo = this.#echo
    this.#echo = ''
    return echo
  }

  #chunk(text: string, finish_reason: string | null): string {
    const choice = { index: 0, text, logprobs: null, finish_reason }
    return frame({ ...this.#context, object: 'text_completion', choices: [choice] })
  }
}

function frame(value: object): string {
  return `data: ${toJsonLine(value)}\n\n`
}
