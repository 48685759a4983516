/** OpenAI's embedding requests (client-protocols §3), with the task types of Gemini's. */
import * as v from 'valibot'
import type { Failure } from '../../http/errors.ts'
import { toFailure } from '../../http/issue.ts'
import { isRecord } from '../../http/record.ts'
import { modelName } from '../openai-chat/schema.ts'

/** OpenAI's own limit. */
const MAX_INPUTS = 2048
/** Google says how long a model's vectors are; this only keeps nonsense away. */
const MAX_DIMENSIONS = 65_536

const TASK_TYPES = [
  'RETRIEVAL_QUERY',
  'RETRIEVAL_DOCUMENT',
  'SEMANTIC_SIMILARITY',
  'CLASSIFICATION',
  'CLUSTERING',
  'QUESTION_ANSWERING',
  'FACT_VERIFICATION',
  'CODE_RETRIEVAL_QUERY',
] as const

/** How other embedding APIs call them. */
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ['QUERY', 'RETRIEVAL_QUERY'],
  ['SEARCH_QUERY', 'RETRIEVAL_QUERY'],
  ['DOCUMENT', 'RETRIEVAL_DOCUMENT'],
  ['PASSAGE', 'RETRIEVAL_DOCUMENT'],
  ['SEARCH_DOCUMENT', 'RETRIEVAL_DOCUMENT'],
])

const taskType = v.nullish(
  v.pipe(
    v.string('a string'),
    v.transform((name) => SYNONYMS.get(name.toUpperCase()) ?? name.toUpperCase()),
    v.picklist(TASK_TYPES, `must be one of: ${TASK_TYPES.join(', ')}`),
  ),
)

const text = v.pipe(v.string('a string'), v.nonEmpty('must not be an empty string'))
const input = v.lazy((value) =>
  Array.isArray(value)
    ? v.pipe(
        v.array(text),
        v.minLength(1, 'must hold at least one text'),
        v.maxLength(MAX_INPUTS, `must hold at most ${MAX_INPUTS} texts`),
      )
    : v.pipe(
        v.string('a string or an array of strings'),
        v.nonEmpty('must not be an empty string'),
        v.transform((one) => [one]),
      ),
)

export const embeddingRequest = v.object(
  {
    model: modelName,
    input,
    encoding_format: v.nullish(
      v.pipe(
        v.string('a string'),
        v.picklist(['float', 'base64'], 'must be one of: float, base64'),
      ),
      'float',
    ),
    dimensions: v.nullish(
      v.pipe(
        v.number('an integer'),
        v.integer('an integer'),
        v.minValue(1, 'must be at least 1'),
        v.maxValue(MAX_DIMENSIONS, `must not be above ${MAX_DIMENSIONS}`),
      ),
    ),
    task_type: taskType,
    taskType,
    input_type: taskType,
  },
  'a JSON object',
)

export type EmbeddingRequest = v.InferOutput<typeof embeddingRequest>

export type ParsedEmbeddingRequest =
  | { readonly ok: true; readonly request: EmbeddingRequest }
  | { readonly ok: false; readonly failure: Failure }

export function parseEmbeddingRequest(body: unknown): ParsedEmbeddingRequest {
  if (isRecord(body) && holdsTokens(body['input'])) return { ok: false, failure: TOKENS }
  const parsed = v.safeParse(embeddingRequest, body, { abortEarly: true })
  return parsed.success
    ? { ok: true, request: parsed.output }
    : { ok: false, failure: toFailure(parsed.issues[0]) }
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
    "Invalid type for 'input': arrays of tokens are not supported, since Gemini has its own tokenizer; send the text as a string.",
  param: 'input',
}
