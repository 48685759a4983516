/** Legacy completions (client-protocols §1.12): prompts in, plain text out. */
import * as v from 'valibot'
import type { Failure } from '../../http/errors.ts'
import { toFailure } from '../../http/issue.ts'
import { isRecord } from '../../http/record.ts'

/** Each is a call of its own; OpenAI takes more, and nobody asks for them. */
const MAX_CHOICES = 16

const text = v.string('a string')
const prompt = v.lazy((value) =>
  Array.isArray(value)
    ? v.pipe(v.array(text), v.minLength(1, 'must hold at least one prompt'))
    : v.pipe(
        v.string('a string or an array of strings'),
        v.transform((one) => [one]),
      ),
)
const count = v.nullish(v.pipe(v.number('an integer'), v.integer('an integer')))

export const completionRequest = v.object(
  {
    prompt,
    suffix: v.nullish(text),
    echo: v.nullish(v.boolean('a boolean'), false),
    n: v.nullish(
      v.pipe(
        v.number('an integer'),
        v.integer('an integer'),
        v.minValue(1, 'must be at least 1'),
        v.maxValue(MAX_CHOICES, `must not be above ${MAX_CHOICES}`),
      ),
      1,
    ),
    stream: v.nullish(v.boolean('a boolean'), false),
    best_of: count,
    logprobs: count,
  },
  'a JSON object',
)

export type CompletionRequest = v.InferOutput<typeof completionRequest>

export type ParsedCompletionRequest =
  | { readonly ok: true; readonly request: CompletionRequest }
  | { readonly ok: false; readonly failure: Failure }

export function parseCompletionRequest(body: unknown): ParsedCompletionRequest {
  if (isRecord(body) && holdsTokens(body['prompt'])) return { ok: false, failure: TOKENS }
  const parsed = v.safeParse(completionRequest, body, { abortEarly: true })
  if (!parsed.success) return { ok: false, failure: toFailure(parsed.issues[0]) }
  const request = parsed.output
  const failure = unsupported(request)
  return failure === null ? { ok: true, request } : { ok: false, failure }
}

function unsupported({ prompt: prompts, n, stream, best_of, logprobs }: CompletionRequest) {
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
  return null
}

function refuse(
  param: string,
  reason: 'unsupported_parameter' | 'unsupported_value',
  why: string,
): Failure {
  return { reason, message: `'${param}' is not supported like this: ${why}.`, param }
}

/** Google takes no tokens, and those of another tokenizer would mean nothing to it. */
function holdsTokens(value: unknown): boolean {
  if (!Array.isArray(value)) return false
  const [first] = value as readonly unknown[]
  return typeof first === 'number' || (Array.isArray(first) && typeof first[0] === 'number')
}

const TOKENS: Failure = {
  reason: 'invalid_type',
  message:
    "Invalid type for 'prompt': arrays of tokens are not supported, since Gemini has its own tokenizer; send the text as a string.",
  param: 'prompt',
}
