/**
 * Counts what batches used. Google reports it only with their answers, and answers never enter the user's object, so
 * the object cannot ask by itself. So the Worker counts when it shows somebody that a batch is over. If nobody ever
 * asks, nobody has used the answers either.
 */
import { answersIn, BatchCount, type BatchUse, INLINED } from '../gemini/batch-use.ts'
import { priceOf } from '../gemini/models/prices.ts'
import { linesOf } from '../http/lines.ts'
import { logError } from '../http/log.ts'
import { parsed } from '../json/parsed.ts'
import { ListElements } from '../http/list-elements.ts'
import { isRecord } from '../json/record.ts'
import type { UncountedBatch } from '../objects/pins/batches.ts'
import type { Access } from '../upstreams/credential.ts'
import { callUser } from './object-calls.ts'
import { askAbout, type Borrower } from './things.ts'

/** Bytes. An answer with pictures is long; a longer one than this is not read. */
const MAX_ANSWER_BYTES = 16_777_216
/** Two gigabytes of answers, the most that Google keeps in a file, at 4 MB a second. */
const FILE_WITHIN_MS = 500_000

export interface Shown {
  readonly access: Access
  readonly credentialId: string
  /** As Google describes them. */
  readonly batches: readonly unknown[]
  /** Runs work for which the client does not wait: reading a file of answers, which may be large. */
  readonly aside: (work: Promise<void>) => void
}

/**
 * Counts those of a credential's batches that are over and not counted yet. Answers in the batch itself are counted
 * before this resolves. Never rejects: the client asked for something else, and a failed count is tried again with
 * the next question.
 */
export async function countBatches(borrower: Borrower, shown: Shown): Promise<void> {
  const { credentialId, batches, aside } = shown
  const over = new Map(
    batches.flatMap((batch) => {
      const answers = answersIn(batch)
      return answers === null ? [] : [[idOf(batch), answers] as const]
    }),
  )
  if (over.size === 0) return
  const { env, userId } = borrower
  await logged(borrower, async () => {
    const uncounted = await callUser<readonly UncountedBatch[]>(env, userId, (user) =>
      user.uncountedBatches([...over.keys()], credentialId),
    )
    for (const batch of uncounted) {
      const answers = over.get(batch.id)
      const count = new BatchCount(batch.price ?? priceOf(batch.model, Date.now()))
      if (answers?.kind === 'inline') {
        for (const answer of answers.answers) count.add(answer)
        await tell(borrower, { id: batch.id, credentialId }, count.use)
      } else if (answers !== undefined) {
        aside(
          logged(borrower, () => countFile(borrower, shown, { batch, count, fileId: answers.id })),
        )
      }
    }
  })
}

/**
 * Passes on a batch that is too long to be held, in pieces, and counts the answers in it as they pass. Google writes
 * answers into a batch only when it is over.
 */
export async function* countedInPassing(
  borrower: Borrower,
  batch: { readonly id: string; readonly credentialId: string },
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  const { env, userId } = borrower
  let uncounted: UncountedBatch | undefined
  await logged(borrower, async () => {
    ;[uncounted] = await callUser<readonly UncountedBatch[]>(env, userId, (user) =>
      user.uncountedBatches([batch.id], batch.credentialId),
    )
  })
  if (uncounted === undefined) return yield* pieces
  const count = new BatchCount(uncounted.price ?? priceOf(uncounted.model, Date.now()))
  const answers = new ListElements(INLINED, MAX_ANSWER_BYTES)
  for await (const piece of pieces) {
    for (const answer of answers.in(piece)) {
      if (answer === null) count.miss()
      else count.add(parsed(answer))
    }
    yield piece
  }
  await logged(borrower, async () => void (await tell(borrower, batch, count.use)))
}

/**
 * Batches whose file this isolate is reading now. Otherwise a client that asks every few seconds would start the
 * reading anew each time.
 */
const reading = new Set<string>()

async function countFile(
  borrower: Borrower,
  { access, credentialId }: Shown,
  {
    batch: { id },
    count,
    fileId,
  }: { readonly batch: UncountedBatch; readonly count: BatchCount; readonly fileId: string },
): Promise<void> {
  if (reading.has(id)) return
  reading.add(id)
  try {
    // Not the client's signal: its request may be over by now. A file that never ends must not be read for ever.
    const signal = AbortSignal.timeout(FILE_WITHIN_MS)
    const path = `/v1beta/files/${fileId}:download?alt=media`
    const answer = await askAbout({ ...borrower, signal }, access, { method: 'GET', path })
    if (!(answer instanceof Response)) throw new Error(`The file of answers: ${answer.reason}`)
    if (!answer.ok || answer.body === null) throw new Error(`The file of answers: ${answer.status}`)
    for await (const line of linesOf(answer.body, MAX_ANSWER_BYTES)) {
      if (line === null) count.miss()
      else if (line.trim() !== '') count.add(parsed(line))
    }
    await tell(borrower, { id, credentialId }, count.use)
  } finally {
    reading.delete(id)
  }
}

function tell(
  { env, userId }: Borrower,
  { id, credentialId }: { readonly id: string; readonly credentialId: string },
  use: BatchUse,
): Promise<boolean> {
  return callUser(env, userId, (user) => user.countBatch(id, credentialId, use))
}

async function logged({ userId }: Borrower, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    logError('batch_not_counted', { user: userId, error: String(error) })
  }
}

function idOf(batch: unknown): string {
  const name = isRecord(batch) ? batch['name'] : undefined
  return typeof name === 'string' ? name.slice(name.lastIndexOf('/') + 1) : ''
}
