/** Legacy completions (docs/clients.md: Fields): prompts in, plain text out. */
import * as v from 'valibot'
import type { Failure } from '../../failure/failure.ts'
import { asObject, parse, type Parsed } from '../../failure/check.ts'
import { cacheEntries, cacheIn } from '../cached-content.ts'
import { boolean, integer, integerFrom1To, string } from '../words.ts'
import { refuseTokens } from '../openai/token-arrays.ts'
import { lazy } from '../../lazy.ts'

/** Each choice is a call of its own. OpenAI allows more. */
const MAX_CHOICES = 16

const prompt = lazy(() =>
  v.lazy((value) =>
    Array.isArray(value)
      ? v.pipe(v.array(string()), v.minLength(1, 'must hold at least one prompt'))
      : v.pipe(
          v.string('a string or an array of strings'),
          v.transform((one) => [one]),
        ),
  ),
)

export const completionRequest = lazy(() =>
  v.object(
    {
      prompt: prompt(),
      suffix: v.nullish(string()),
      echo: v.nullish(boolean(), false),
      n: v.nullish(integerFrom1To(MAX_CHOICES), 1),
      stream: v.nullish(boolean(), false),
      best_of: v.nullish(integer()),
      logprobs: v.nullish(integer()),
      ...cacheEntries(),
    },
    'a JSON object',
  ),
)

export type CompletionRequest = v.InferOutput<ReturnType<typeof completionRequest>>

export function parseCompletionRequest(input: unknown): Parsed<CompletionRequest> {
  const body = asObject(input)
  if (!body.ok) return body
  const tokens = refuseTokens(body.value['prompt'], 'prompt')
  if (tokens !== null) return { ok: false, failure: tokens }
  const parsed = parse(completionRequest(), body.value)
  const failure = parsed.ok ? unsupported(parsed.value) : null
  return failure === null ? parsed : { ok: false, failure }
}

function unsupported(completion: CompletionRequest) {
  const { prompt: prompts, n, stream, best_of, logprobs, suffix } = completion
  if (logprobs !== null && logprobs !== undefined) {
    return refuse('logprobs', 'unsupported_parameter', 'use /v1/chat/completions for logprobs')
  }
  if (best_of !== null && best_of !== undefined && best_of > n) {
    return refuse('best_of', 'unsupported_value', 'it must not be above n')
  }
  const choices = prompts.length * n
  if (choices > MAX_CHOICES) {
    return refuse('prompt', 'unsupported_value', `prompts times n must not be above ${MAX_CHOICES}`)
  }
  if (stream && choices > 1) {
    return refuse('stream', 'unsupported_value', 'only a single choice can be streamed')
  }
  if (suffix && cacheIn(completion).cachedContent !== undefined) {
    const why =
      'it goes without suffix, which is told in a system instruction; these must be part of what is cached'
    return refuse('cached_content', 'invalid_value', why)
  }
  return null
}

function refuse(
  param: string,
  reason: 'unsupported_parameter' | 'unsupported_value' | 'invalid_value',
  why: string,
): Failure {
  return { reason, message: `'${param}' is not supported like this: ${why}.`, param }
}
