import { asObject, parse } from '../../failure/check.ts'
import type { Failure } from '../../failure/failure.ts'
import { ownedInJson } from '../../gemini/media/owned-uris.ts'
import { fileIdIn, MAX_PINS_ASKED, type PinRef } from '../../gemini/pins.ts'
import { TASK_TYPES } from '../../gemini/task-types.ts'
import { isRecord } from '../../json/record.ts'
import { modelName } from '../model-name.ts'
import type { Refused } from '../dialect.ts'
import type { Embedding, EmbeddingDialect, WrittenEmbedding } from '../embedding-dialect.ts'
import { fieldOf, listOf, recordsOf, textOf } from './fields.ts'
import { noModel } from './index.ts'

type Body = Readonly<Record<string, unknown>>

/** `models/{model}:embedContent`: one vector. */
export const GEMINI_EMBED: EmbeddingDialect = {
  read({ body, params }) {
    const request = asObject(body)
    if (!request.ok) return request
    return embeddingOf(params['model'] ?? '', [request.value], {
      method: 'embedContent',
      write: () => JSON.stringify(withoutModel(request.value)),
      tell: ([values = []]) => ({ embedding: { values } }),
    })
  },
}

/** `models/{model}:batchEmbedContents`: one vector for each request, however many texts it has. */
export const GEMINI_BATCH_EMBED: EmbeddingDialect = {
  read({ body, params }) {
    const batch = asObject(body)
    if (!batch.ok) return batch
    const list = listOf(batch.value['requests'])
    if (list.length === 0 || !list.every(isRecord)) {
      return { ok: false, failure: NO_REQUESTS }
    }
    const requests = list.filter(isRecord)
    return embeddingOf(params['model'] ?? '', requests, {
      method: 'batchEmbedContents',
      // Google wants the model of the path repeated in each request.
      write: (model) =>
        JSON.stringify({
          ...batch.value,
          requests: requests.map((request) => ({ ...request, model: `models/${model}` })),
        }),
      tell: (vectors) => ({ embeddings: vectors.map((values) => ({ values })) }),
    })
  },
}

interface Way {
  readonly method: 'embedContent' | 'batchEmbedContents'
  readonly write: (model: string) => string
  readonly tell: (vectors: readonly (readonly number[])[]) => object
}

function embeddingOf(
  name: string,
  requests: readonly Body[],
  { method, write, tell }: Way,
): Embedding | Refused {
  const model = parse(modelName(), name)
  if (!model.ok) return { ok: false, failure: noModel(name) }
  const texts = requests.map(onlyText)
  const options = requests.map(optionsOf)
  const [first = { dimensions: null, taskType: null }] = options
  const isAlike = options.every((one) => JSON.stringify(one) === JSON.stringify(first))
  const beyond = requests.flatMap((request, index) =>
    beyondText(request).map((field) =>
      method === 'embedContent' ? field : `requests[${index}].${field}`,
    ),
  )
  const beyondTexts = beyond.length === 0 && !isAlike ? ['requests'] : beyond.slice(0, MAX_NAMED)
  return {
    ok: true,
    model: model.value,
    conversation: null,
    texts: texts.map((text) => text ?? ''),
    options: first,
    // Whatever is more than texts takes another form at other upstreams, or none.
    written: {
      method,
      write,
      beyondTexts,
      ...(beyond.length === 0 ? NO_FILES : filesIn(method, requests)),
    },
    tell: ({ vectors }) => tell(vectors),
  }
}

const NO_FILES = { uris: [], pins: [] }

/** Google's own errors count the requests of a batch, so a file is named by its place among them. */
function filesIn(
  method: WrittenEmbedding['method'],
  requests: readonly Body[],
): Pick<WrittenEmbedding, 'uris' | 'pins'> {
  const uris = ownedInJson(method === 'embedContent' ? requests[0] : { requests })
  const pins = uris.flatMap(({ uri, param }): PinRef[] => {
    const id = fileIdIn(uri)
    return id === null ? [] : [{ kind: 'file', id, param }]
  })
  return { uris, pins: pins.slice(0, MAX_PINS_ASKED) }
}

/** The text of a request that holds one text and nothing else; null for any other. */
function onlyText(request: Body): string | null {
  const content = fieldOf(request, 'content')
  const parts = recordsOf(fieldOf(content, 'parts'))
  const [part] = parts
  const text = textOf(part, 'text')
  const isAll = parts.length === 1 && part !== undefined && Object.keys(part).length === 1
  return isAll && text !== undefined ? text : null
}

function optionsOf(request: Body): Embedding['options'] {
  const config = fieldOf(request, 'embedContentConfig')
  const dimensions =
    fieldOf(request, 'outputDimensionality') ?? fieldOf(config, 'outputDimensionality')
  return {
    dimensions: wholeNumber(dimensions),
    taskType: taskTypeOf(fieldOf(request, 'taskType') ?? fieldOf(config, 'taskType')),
  }
}

/** Google takes whole numbers as texts too, and words of its own in small letters or by their number. */
function wholeNumber(value: unknown): number | null {
  if (typeof value === 'number') return value
  return typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : null
}

function taskTypeOf(value: unknown): string | null {
  if (typeof value === 'number') return TASK_TYPES[value - 1] ?? null
  return typeof value === 'string' && value !== '' ? value.toUpperCase() : null
}

/** The fields of a request that say more than one text and its options. */
function beyondText(request: Body): readonly string[] {
  return [
    ...(onlyText(request) === null ? ['content'] : []),
    ...(fieldOf(request, 'title') === undefined ? [] : ['title']),
  ]
}

/** An error that names more fields is no clearer. */
const MAX_NAMED = 5

function withoutModel(request: Body): Body {
  const { model: _, ...rest } = request
  return rest
}

const NO_REQUESTS: Failure = {
  reason: 'invalid_value',
  message: "Invalid value for 'requests': must be a list of at least one request.",
  param: 'requests',
}
