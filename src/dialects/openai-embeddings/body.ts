/** OpenAI's embedding requests (docs/clients.md: Embeddings of clients), with Gemini's task types. */
import * as v from 'valibot'
import { asObject, parse, type Parsed, wordOf } from '../../failure/check.ts'
import { TASK_TYPES } from '../../gemini/task-types.ts'
import type { Embedding } from '../embedding-dialect.ts'
import { modelName } from '../model-name.ts'
import { fromAllPlaces, inAllPlaces, namesOf } from '../spellings.ts'
import { integerFrom1To, oneOf, string } from '../words.ts'
import { refuseTokens } from '../openai/token-arrays.ts'
import { lazy } from '../../lazy.ts'

/** OpenAI's own limit. */
const MAX_INPUTS = 2048
/** Google limits the length of a model's vectors. This bound only refuses nonsense. */
const MAX_DIMENSIONS = 65_536

/** The names that other embedding APIs use. */
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ['QUERY', 'RETRIEVAL_QUERY'],
  ['SEARCH_QUERY', 'RETRIEVAL_QUERY'],
  ['DOCUMENT', 'RETRIEVAL_DOCUMENT'],
  ['PASSAGE', 'RETRIEVAL_DOCUMENT'],
  ['SEARCH_DOCUMENT', 'RETRIEVAL_DOCUMENT'],
])

const taskType = lazy(() =>
  v.nullish(
    v.pipe(
      string(),
      v.transform((name) => SYNONYMS.get(name.toUpperCase()) ?? name.toUpperCase()),
      wordOf(TASK_TYPES),
    ),
  ),
)

const text = lazy(() => v.pipe(string(), v.nonEmpty('must not be an empty string')))
const input = lazy(() =>
  v.lazy((value) =>
    Array.isArray(value)
      ? v.pipe(
          v.array(text()),
          v.minLength(1, 'must hold at least one text'),
          v.maxLength(MAX_INPUTS, `must hold at most ${MAX_INPUTS} texts`),
        )
      : v.pipe(
          v.string('a string or an array of strings'),
          v.nonEmpty('must not be an empty string'),
          v.transform((one) => [one]),
        ),
  ),
)

const dimensions = lazy(() => v.nullish(integerFrom1To(MAX_DIMENSIONS)))

/** Gemini's words. They go before OpenAI's. */
export const GOOGLE = lazy(() => ({ outputDimensionality: dimensions(), taskType: taskType() }))
const GOOGLE_NAMES = lazy(() => namesOf(GOOGLE()))

export const embeddingRequest = lazy(() =>
  v.object(
    {
      ...inAllPlaces(GOOGLE()),
      model: modelName(),
      input: input(),
      encoding_format: v.nullish(oneOf(['float', 'base64']), 'float'),
      dimensions: dimensions(),
      input_type: taskType(),
    },
    'a JSON object',
  ),
)

export type EmbeddingRequest = v.InferOutput<ReturnType<typeof embeddingRequest>>

export function optionsOf(asked: EmbeddingRequest): Embedding['options'] {
  const google = fromAllPlaces<ReturnType<typeof GOOGLE>>(GOOGLE_NAMES(), asked)
  return {
    dimensions: google.outputDimensionality ?? asked.dimensions ?? null,
    taskType: google.taskType ?? asked.input_type ?? null,
  }
}

export function parseEmbeddingRequest(input: unknown): Parsed<EmbeddingRequest> {
  const body = asObject(input)
  if (!body.ok) return body
  const tokens = refuseTokens(body.value['input'], 'input')
  return tokens === null ? parse(embeddingRequest(), body.value) : { ok: false, failure: tokens }
}
