/** Answers as OpenAI's `text_completion` objects (docs/clients.md: Fields). */
import type { ChatCompletion } from '../openai-chat/answer/whole.ts'
import type { Usage } from '../openai-chat/answer/usage.ts'

export interface CompletionContext {
  readonly id: string
  /** Unix seconds, an integer. */
  readonly created: number
  readonly model: string
}

export interface TextCompletion extends CompletionContext {
  readonly object: 'text_completion'
  readonly choices: readonly {
    readonly index: number
    readonly text: string
    readonly logprobs: null
    readonly finish_reason: 'stop' | 'length' | 'content_filter'
  }[]
  readonly usage: Usage
}

/** `echoes`: the prompts to repeat before each choice; empty if none must be repeated. */
export function toTextCompletion(
  { choices, usage }: ChatCompletion,
  context: CompletionContext,
  echoes: readonly string[],
): TextCompletion {
  return {
    ...context,
    object: 'text_completion',
    choices: choices.map(({ message, finish_reason }, index) => ({
      index,
      text: (echoes[index] ?? '') + textOf(message.content),
      logprobs: null,
      finish_reason: endOf(finish_reason),
    })),
    usage,
  }
}

function textOf(content: unknown): string {
  return typeof content === 'string' ? content : ''
}

/** A completion offers no functions, so no finish reason for calls occurs. */
export function endOf(reason: string): 'stop' | 'length' | 'content_filter' {
  return reason === 'length' || reason === 'content_filter' ? reason : 'stop'
}
