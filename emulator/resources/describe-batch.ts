/** Google describes a batch as an operation (flachesis/gemini-rust#13 shows one). */
import type { JsonObject } from '../json.ts'
import { isOpen } from '../state/batches.ts'
import type { Batch } from '../state/batches.ts'

const TYPE = 'type.googleapis.com/google.ai.generativelanguage.v1main'

const ERRORS: Readonly<Record<string, JsonObject>> = {
  BATCH_STATE_FAILED: { code: 13, message: 'Internal error encountered.' },
  BATCH_STATE_CANCELLED: { code: 1, message: 'The operation was cancelled.' },
  BATCH_STATE_EXPIRED: { code: 4, message: 'The batch was not done within its time.' },
}

export function describeBatch(batch: Batch): JsonObject {
  const { name, state, kind } = batch
  const output = state === 'BATCH_STATE_SUCCEEDED' ? outputOf(batch) : undefined
  const error = ERRORS[state]
  return {
    name,
    metadata: {
      '@type': `${TYPE}.${kind}Batch`,
      model: batch.model,
      ...(batch.displayName === undefined ? {} : { displayName: batch.displayName }),
      ...(batch.inputFile === undefined ? {} : { inputConfig: { fileName: batch.inputFile } }),
      ...(output ? { output } : {}),
      createTime: new Date(batch.createdAt).toISOString(),
      ...(batch.endedAt === undefined ? {} : { endTime: new Date(batch.endedAt).toISOString() }),
      updateTime: new Date(batch.updatedAt).toISOString(),
      batchStats: statsOf(batch),
      state,
      name,
    },
    ...(isOpen(batch) ? {} : { done: true }),
    ...(output ? { response: { '@type': `${TYPE}.${kind}BatchOutput`, ...output } } : {}),
    ...(error ? { error } : {}),
  }
}

/** As in all of Google's JSON, counts are strings, and zeros are left out. */
function statsOf(batch: Batch): JsonObject {
  const failed = batch.answers.filter((answer) => 'error' in answer).length
  const counts = {
    requestCount: batch.count,
    pendingRequestCount: isOpen(batch) ? batch.count : 0,
    successfulRequestCount: batch.answers.length - failed,
    failedRequestCount: failed,
  }
  return Object.fromEntries(
    Object.entries(counts).flatMap(([name, count]) => (count > 0 ? [[name, String(count)]] : [])),
  )
}

function outputOf({ answers, inputFile, kind, name }: Batch): JsonObject {
  if (inputFile !== undefined) return { responsesFile: answersFile(name) }
  const inlined = { inlinedResponses: answers }
  return kind === 'EmbedContent'
    ? { inlinedEmbedContentResponses: inlined }
    : { inlinedResponses: inlined }
}

export function answersFile(name: string): string {
  return `files/batch-${name.slice('batches/'.length)}`
}
