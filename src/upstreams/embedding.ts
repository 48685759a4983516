/** Calls for embeddings. Their form differs by upstream and model (docs/google.md: Embeddings). */
import { findModel } from '../gemini/models/find-model.ts'
import type { Upstream } from '../gemini/upstreams.ts'
import { Cuttings } from '../bytes/cuttings.ts'
import { isRecord, present, recordOf } from '../json/record.ts'
import type { Ask } from './front.ts'

/** Settings that hold for all texts of a request. */
export interface EmbeddingOptions {
  readonly dimensions: number | null
  readonly taskType: string | null
}

/** One call, and how many of the texts it holds. */
export interface EmbeddingBatch {
  readonly ask: Ask
  readonly count: number
}

export interface Embeddings {
  readonly vectors: readonly (readonly number[])[]
  /** As Google counted them; null if the upstream does not tell, such as the Gemini API. */
  readonly tokens: number | null
}

const GEMINI_API_BATCH = 100
const PREDICT_BATCH = 250
/** Google's limit is 20 000 tokens a call. Two characters a token is a low estimate, so that dense texts fit too. */
const PREDICT_CHARS = 40_000

/** The next call. It may take only the first of `texts`. */
export function embeddingBatch(
  upstream: Upstream,
  model: string,
  texts: readonly string[],
  options: EmbeddingOptions,
): EmbeddingBatch {
  if (upstream !== 'vertex') return batchOf(model, texts.slice(0, GEMINI_API_BATCH), options)
  return takesContents(model)
    ? contentOf(texts[0] ?? '', options)
    : predictionOf(texts.slice(0, instancesAtOnce(model, texts)), options)
}

/** How many calls the texts take, each as large as the upstream allows. */
export function embeddingCalls(
  upstream: Upstream,
  model: string,
  texts: readonly string[],
): number {
  if (upstream !== 'vertex') return Math.ceil(texts.length / GEMINI_API_BATCH)
  // A name that is not listed may be an alias of a model that takes one text a call, so the most calls are assumed.
  const known = findModel(model)?.id
  if (known === undefined || takesContents(known)) return texts.length
  let calls = 0
  for (let from = 0; from < texts.length; calls++) {
    from += instancesAtOnce(known, texts.slice(from, from + PREDICT_BATCH))
  }
  return calls
}

/** Null if the reply is not of the form that the method returns, or not for as many texts. */
export function readEmbeddings(reply: unknown, { ask, count }: EmbeddingBatch): Embeddings | null {
  const items = isRecord(reply) ? itemsOf(reply, ask) : []
  const vectors = items.map(({ values }) => values)
  if (vectors.length !== count || !vectors.every(isVector)) return null
  const tokens = items.map((item) => item.tokens)
  const isCounted = tokens.every((number) => number !== null)
  return { vectors, tokens: isCounted ? tokens.reduce((sum, number) => sum + number, 0) : null }
}

interface Item {
  readonly values: unknown
  readonly tokens: number | null
}

function itemsOf(reply: Record<string, unknown>, { method }: Ask): readonly Item[] {
  switch (method) {
    case 'batchEmbedContents':
      return listOf(reply['embeddings']).map((embedding) => ({
        values: embedding['values'],
        tokens: null,
      }))
    case 'predict':
      return listOf(reply['predictions']).map((prediction) => {
        const { values, statistics } = recordOf(prediction['embeddings'])
        return { values, tokens: countOf(recordOf(statistics)['token_count']) }
      })
    default: {
      const { values } = recordOf(reply['embedding'])
      return [{ values, tokens: countOf(recordOf(reply['usageMetadata'])['promptTokenCount']) }]
    }
  }
}

function batchOf(
  model: string,
  texts: readonly string[],
  { dimensions, taskType }: EmbeddingOptions,
): EmbeddingBatch {
  const requests = texts.map((text) => ({
    model: `models/${model}`,
    content: { parts: [{ text }] },
    ...present({ taskType, outputDimensionality: dimensions }),
  }))
  return { ask: askOf('batchEmbedContents', { requests }), count: texts.length }
}

function contentOf(text: string, { dimensions, taskType }: EmbeddingOptions): EmbeddingBatch {
  const embedContentConfig = present({ taskType, outputDimensionality: dimensions })
  const content = { role: 'user', parts: [{ text }] }
  return { ask: askOf('embedContent', { content, embedContentConfig }), count: 1 }
}

function predictionOf(
  texts: readonly string[],
  { dimensions, taskType }: EmbeddingOptions,
): EmbeddingBatch {
  const instances = texts.map((content) => present({ content, task_type: taskType }))
  const parameters = present({ autoTruncate: true, outputDimensionality: dimensions })
  return { ask: askOf('predict', { instances, parameters }), count: texts.length }
}

function askOf(method: Ask['method'], body: object): Ask {
  return { method, json: JSON.stringify(body), cuttings: Cuttings.NONE }
}

/** Vertex serves its first models with `predict`, all later ones with `embedContent`. */
function takesContents(model: string): boolean {
  return (model.includes('gemini') && model !== 'gemini-embedding-001') || model.includes('maas')
}

function instancesAtOnce(model: string, texts: readonly string[]): number {
  if (model === 'gemini-embedding-001') return 1
  let chars = 0
  const over = texts.findIndex((text) => (chars += text.length) > PREDICT_CHARS)
  return Math.min(PREDICT_BATCH, over === -1 ? texts.length : Math.max(1, over))
}

function isVector(values: unknown): values is number[] {
  return (
    Array.isArray(values) && values.length > 0 && values.every((value) => typeof value === 'number')
  )
}

function countOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null
}

function listOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.map(recordOf) : []
}
