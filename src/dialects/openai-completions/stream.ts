/** A streamed answer as `text_completion` chunks: pieces of text, one finish, usage if asked for, [DONE]. */
import { type Failure, toOpenAIError } from '../../failure/failure.ts'
import {
  blockReasonOf,
  finishReasonOf,
  firstCandidate,
  partsOf,
  textOf,
  usageOf,
} from '../../gemini/response.ts'
import type { GenerateContentResponse, UsageMetadata } from '../../gemini/types.ts'
import { conclude } from '../openai-chat/answer/finish.ts'
import { toJsonLine } from '../../json/line.ts'
import type { StreamEnd } from '../openai-chat/answer/stream.ts'
import { toUsage } from '../openai-chat/answer/usage.ts'
import { type CompletionContext, finishOf } from './whole.ts'
import { WholeCharacters } from '../../json/well-formed.ts'

const DONE = 'data: [DONE]\n\n'

export interface CompletionStreamOptions {
  /** The prompt, where it is to be repeated; else empty. */
  readonly echo: string
  readonly includeUsage: boolean
}

export class CompletionStream {
  readonly #context: CompletionContext
  readonly #options: CompletionStreamOptions
  readonly #characters = new WholeCharacters()
  #echo: string
  #answered = false
  #finishReason: string | undefined
  #blockReason: string | undefined
  #usage: UsageMetadata | undefined

  constructor(context: CompletionContext, options: CompletionStreamOptions) {
    this.#context = context
    this.#options = options
    this.#echo = options.echo
  }

  encode(response: GenerateContentResponse): string {
    this.#usage = usageOf(response) ?? this.#usage
    this.#finishReason = finishReasonOf(response) ?? this.#finishReason
    this.#blockReason = blockReasonOf(response) ?? this.#blockReason
    const spoken = partsOf(firstCandidate(response)).filter(({ thought }) => thought !== true)
    const text = this.#characters.next(spoken.map(textOf).join(''))
    if (text === '') return ''
    this.#answered = true
    return this.#chunk(this.#takeEcho() + text, null)
  }

  end(): StreamEnd {
    const conclusion = conclude({
      finishReason: this.#finishReason,
      blockReason: this.#blockReason,
      answered: this.#answered,
      calls: 0,
      isCallOpen: false,
      isStray: false,
      callsFinish: 'tool_calls',
    })
    if (!conclusion.ok) return { ...conclusion, frames: this.fail(conclusion.failure) }
    const rest = this.#takeEcho() + this.#characters.end()
    let frames = this.#chunk(rest, finishOf(conclusion.finish))
    if (this.#options.includeUsage) {
      const usage = toUsage(this.#usage)
      frames += frame({ ...this.#context, object: 'text_completion', choices: [], usage })
    }
    return { ok: true, frames: frames + DONE }
  }

  fail(failure: Failure): string {
    return frame(toOpenAIError(failure)) + DONE
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
