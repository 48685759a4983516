import { Cuttings } from '../bytes/cuttings.ts'
import type { WrittenEmbedding } from '../dialects/embedding-dialect.ts'
import type { Upstream } from '../gemini/upstreams.ts'
import type { UsageMetadata } from '../gemini/types.ts'
import { estimateTextTokens } from '../gemini/usage.ts'
import type { Lease } from '../objects/ledger/lease.ts'
import {
  type EmbeddingBatch,
  embeddingBatch,
  embeddingCalls,
  type EmbeddingOptions,
  readEmbeddings,
} from '../upstreams/embedding.ts'
import type { Ask } from '../upstreams/front.ts'
import { OUTAGES } from './failure-of.ts'
import type { Answered, JourneyInput, NoAnswer } from './journey-input.ts'
import { serve } from './serve.ts'

export interface EmbedInput extends JourneyInput {
  readonly texts: readonly string[]
  readonly options: EmbeddingOptions
  /** Set if the client wrote the request for the Gemini API itself. */
  readonly written?: WrittenEmbedding | undefined
}

export type Embedded =
  | {
      readonly ok: true
      readonly generated: Answered
      /** In the order of the texts. */
      readonly vectors: readonly (readonly number[])[]
      /** As Google counted them; estimated if Google does not say. */
      readonly tokens: number
    }
  | { readonly ok: false; readonly generated: NoAnswer }

/**
 * Embeds texts in as many calls as the upstreams' batches need, one after the other. Each call is an attempt of its own and
 * may go to another upstream than the last. All or nothing: half of the vectors are of no use.
 */
export async function embed(input: EmbedInput): Promise<Embedded> {
  const { texts, options, written } = input
  const vectors: (readonly number[])[] = []
  let batch: EmbeddingBatch | null = null
  let tokens = 0
  const askUnder = ({ model, access }: Lease): Ask => {
    batch =
      written !== undefined && access.upstream === 'gemini-api'
        ? asWritten(written, model, texts.length)
        : embeddingBatch(access.upstream, model, texts.slice(vectors.length), options)
    return batch.ask
  }
  const unfitFor = written?.beyondTexts ?? []
  const unfit: readonly Upstream[] = unfitFor.length > 0 ? ['vertex'] : []
  let made = 0
  const calls = (): Partial<Record<Upstream, number>> => {
    const rest = texts.slice(vectors.length)
    const on = (upstream: Upstream): number => made + embeddingCalls(upstream, input.model, rest)
    return { 'gemini-api': on('gemini-api'), vertex: on('vertex') }
  }
  const { uris = [], pins = [] } = written ?? {}
  let generated = await serve({
    ...input,
    operation: 'embed',
    // Without it all tokens would be reserved as output, which costs nothing here: a budget would hold nobody.
    estimatedOutput: 0,
    askUnder,
    calls,
    unfit,
    unfitFor,
    uris,
    pins,
    isPlain: () => unfitFor.length === 0,
  })
  for (;;) {
    made++
    if (!generated.ok) return { ok: false, generated }
    const read = batch === null ? null : readEmbeddings(replyOf(generated), batch)
    if (read === null) return { ok: false, generated: unreadable(generated) }
    const counted =
      read.tokens ??
      estimateTextTokens(texts.slice(vectors.length, vectors.length + read.vectors.length))
    tokens += counted
    vectors.push(...read.vectors)
    const usage: UsageMetadata = { promptTokenCount: counted }
    if (vectors.length === texts.length) {
      generated.settle({ kind: 'ok' }, usage)
      return { ok: true, generated, vectors, tokens }
    }
    generated = await generated.next(usage)
  }
}

/** Sent unchanged in one call. Google decides how much a call may hold. */
function asWritten(
  { method, write }: WrittenEmbedding,
  model: string,
  count: number,
): EmbeddingBatch {
  return { ask: { method, json: write(model), cuttings: Cuttings.NONE }, count }
}

/**
 * The same loop makes all kinds of calls, so the reply has the type of a generation's. The reader checks what it
 * really is.
 */
function replyOf(generated: Answered): unknown {
  return generated.kind === 'unary' ? generated.response : null
}

function unreadable({ lease, attempts, settle }: Answered): NoAnswer {
  settle({ kind: 'upstream_fault', reason: 'unreadable' }, undefined)
  const { credentialId, rateLimits } = lease
  return { ok: false, failure: OUTAGES.unreadable, attempts, credentialId, rateLimits }
}
