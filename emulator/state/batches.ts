/** Batches of the Gemini API: long-running operations. Polls and the control plane change their state. */
import type { JsonObject } from '../json.ts'
import type { BatchState } from '../protocol.ts'
import { Shelf } from './shelf.ts'
import type { Owned } from './shelf.ts'

export const BATCH_STATES: readonly BatchState[] = [
  'BATCH_STATE_PENDING',
  'BATCH_STATE_RUNNING',
  'BATCH_STATE_SUCCEEDED',
  'BATCH_STATE_FAILED',
  'BATCH_STATE_CANCELLED',
  'BATCH_STATE_EXPIRED',
]

/** `GenerateContentBatch` or `EmbedContentBatch` */
export type BatchKind = 'GenerateContent' | 'EmbedContent'

export interface Batch extends Owned {
  readonly kind: BatchKind
  readonly model: string
  readonly displayName: string | undefined
  readonly count: number
  /** the file with the requests, if they were not sent with the batch */
  readonly inputFile: string | undefined
  /** called when the batch succeeds: one answer for each request, in order */
  readonly answer: () => JsonObject[]
  state: BatchState
  /** polls until the batch has succeeded; the first poll finds it running */
  pollsLeft: number
  answers: JsonObject[]
  updatedAt: number
  endedAt: number | undefined
}

const OPEN: ReadonlySet<BatchState> = new Set(['BATCH_STATE_PENDING', 'BATCH_STATE_RUNNING'])

export function isOpen({ state }: Batch): boolean {
  return OPEN.has(state)
}

export class Batches extends Shelf<Batch> {
  poll(batch: Batch, now: number): void {
    if (!isOpen(batch)) return
    batch.pollsLeft -= 1
    this.move(batch, batch.pollsLeft > 0 ? 'BATCH_STATE_RUNNING' : 'BATCH_STATE_SUCCEEDED', now)
  }

  move(batch: Batch, state: BatchState, now: number): void {
    batch.state = state
    batch.updatedAt = now
    if (isOpen(batch)) return
    batch.endedAt = now
    if (state === 'BATCH_STATE_SUCCEEDED') batch.answers = batch.answer()
  }
}
