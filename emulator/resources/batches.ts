/** Batches: made with their requests or with a file of them; got, listed, cancelled, deleted. */
import { invalidArgument, isObject } from '../errors/failure.ts'
import type { Failure } from '../errors/failure.ts'
import { perform, presetFailure, refuse } from '../exchange.ts'
import type { Exchange, Outcome } from '../exchange.ts'
import { findModel } from '../find-model.ts'
import type { JsonObject } from '../json.ts'
import type { Batch, BatchKind } from '../state/batches.ts'
import { isOpen } from '../state/batches.ts'
import { readBody } from '../upstreams/body.ts'
import { answersFile, describeBatch } from './describe-batch.ts'
import { answerOf } from './batch-answers.ts'
import type { Asked } from './batch-answers.ts'
import { callerOf, newId, noFile, notActive, notFound } from './owner.ts'

const ID_LENGTH = 36
const LIFE_MS = 48 * 3_600_000
/** The first poll finds the batch running, the second finds it done. */
const POLLS = 2

export function createBatch(exchange: Exchange): Outcome {
  const { state, route } = exchange
  const kind: BatchKind =
    route.method === 'batchGenerateContent' ? 'GenerateContent' : 'EmbedContent'
  const isEmbedding = kind === 'EmbedContent'
  const message = isEmbedding ? 'AsyncBatchEmbedContentRequest' : 'BatchGenerateContentRequest'
  const read = readBody(exchange, message)
  if (!read.ok) return refuse(read.failure)
  const model = findModel('gemini-api', route.model, '')
  if (!model || (model.embeds !== undefined) !== isEmbedding) {
    return refuse(presetFailure(exchange, '404'))
  }
  const batch: JsonObject = isObject(read.value['batch']) ? read.value['batch'] : {}
  const input = inputOf(exchange, batch['inputConfig'])
  if (!input.ok) return refuse(input.failure)
  const { asked, inputFile } = input
  const { displayName } = batch
  return perform(exchange, ({ polls = POLLS }) => {
    const now = state.now()
    const owner = callerOf(exchange)
    const made: Batch = {
      name: `batches/${newId(ID_LENGTH)}`,
      owner,
      kind,
      model: `models/${route.model}`,
      displayName: typeof displayName === 'string' ? displayName : undefined,
      count: asked.length,
      inputFile,
      answer: () => {
        const answers = asked.map((one) => answerOf(exchange, { kind, model }, one))
        if (inputFile !== undefined) {
          const lines = answers.map((one) => JSON.stringify(one)).join('\n')
          state.files.generate(answersFile(made.name), owner, `${lines}\n`, state.now())
        }
        return answers
      },
      state: 'BATCH_STATE_PENDING',
      pollsLeft: polls,
      answers: [],
      createdAt: now,
      updatedAt: now,
      endedAt: undefined,
      expiresAt: now + LIFE_MS,
    }
    state.batches.put(made)
    if (polls === 0) state.batches.move(made, 'BATCH_STATE_SUCCEEDED', now)
    return { kind: 'json', body: describeBatch(made) }
  })
}

type Input =
  | { ok: true; asked: Asked[]; inputFile: string | undefined }
  | { ok: false; failure: Failure }

function inputOf(exchange: Exchange, config: unknown): Input {
  const { fileName, requests } = isObject(config) ? config : {}
  const given = isObject(requests) ? requests['requests'] : undefined
  if (typeof fileName === 'string') return fileOf(exchange, fileName)
  if (!Array.isArray(given) || given.length === 0) {
    const problem = '* BatchGenerateContentRequest.batch.input_config: requests are not specified'
    return { ok: false, failure: invalidArgument(problem) }
  }
  return { ok: true, asked: given.filter(isObject), inputFile: undefined }
}

function fileOf(exchange: Exchange, name: string): Input {
  const { state } = exchange
  const id = name.replace(/^files\//, '')
  const file = state.files.shelf.get(`files/${id}`, callerOf(exchange), state.now())
  if (!file) return { ok: false, failure: noFile(id) }
  if (file.state !== 'ACTIVE') return { ok: false, failure: notActive(id) }
  const lines = new TextDecoder().decode(file.content).split('\n')
  try {
    const asked = lines
      .filter((line) => line.trim() !== '')
      .map((line): unknown => JSON.parse(line))
    return { ok: true, asked: asked.filter(isObject), inputFile: file.name }
  } catch {
    return { ok: false, failure: invalidArgument(`Failed to parse the input file ${file.name}.`) }
  }
}

export function getBatch(exchange: Exchange): Outcome {
  return withBatch(exchange, (batch) => {
    exchange.state.batches.poll(batch, exchange.state.now())
    return { kind: 'json', body: describeBatch(batch) }
  })
}

export function listBatches(exchange: Exchange): Outcome {
  const { state, url } = exchange
  return perform(exchange, () => {
    const { things, ...rest } = state.batches.page(
      callerOf(exchange),
      state.now(),
      url.searchParams,
    )
    const operations = things.map(describeBatch)
    return { kind: 'json', body: { ...(operations.length > 0 ? { operations } : {}), ...rest } }
  })
}

export function cancelBatch(exchange: Exchange): Outcome {
  return withBatch(exchange, (batch) => {
    const { state } = exchange
    if (isOpen(batch)) state.batches.move(batch, 'BATCH_STATE_CANCELLED', state.now())
    return { kind: 'json', body: {} }
  })
}

export function deleteBatch(exchange: Exchange): Outcome {
  return withBatch(exchange, (found) => {
    exchange.state.batches.remove(found)
    return { kind: 'json', body: {} }
  })
}

function withBatch(exchange: Exchange, act: (batch: Batch) => Outcome): Outcome {
  const { state, route } = exchange
  const batch = state.batches.get(`batches/${route.id}`, callerOf(exchange), state.now())
  return batch ? perform(exchange, () => act(batch)) : refuse(notFound())
}
