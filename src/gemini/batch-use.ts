/**
 * What a batch used. Google reports it for each answer and never for the batch as a whole. The answers stand in the
 * batch itself or are the lines of a file. Pure.
 */
import { isRecord } from '../json/record.ts'
import { costOf } from './cost.ts'
import { halved } from './models/prices.ts'
import type { Price } from '../wire/prices.ts'
import type { UsageMetadata } from './types.ts'
import { countTokens, NO_TOKENS, type TokenCounts } from './usage.ts'

export interface BatchUse {
  readonly tokens: TokenCounts
  /** In 1e-9 dollars; null if the price of the model is not known. */
  readonly costNano: number | null
  /** Whether every answer reported what it used. */
  readonly isWhole: boolean
}

/** Adds up answer by answer, so that no more than one answer of a file is in memory. */
export class BatchCount {
  #use: BatchUse
  readonly #price: Price | undefined

  /** `price` is that of a request outside batches; this halves it. */
  constructor(price: Price | undefined) {
    this.#price = price === undefined ? undefined : halved(price)
    this.#use = { tokens: NO_TOKENS, costNano: price === undefined ? null : 0, isWhole: true }
  }

  get use(): BatchUse {
    return this.#use
  }

  /** Adds the answer to one request. An error in its place costs nothing. */
  add(answer: unknown): void {
    const response = isRecord(answer) ? answer['response'] : undefined
    if (!isRecord(response)) return
    const usage = usageIn(response)
    if (usage === undefined) return this.miss()
    const { tokens, costNano, isWhole } = this.#use
    const more = countTokens(usage)
    this.#use = {
      tokens: {
        prompt: tokens.prompt + more.prompt,
        cached: tokens.cached + more.cached,
        output: tokens.output + more.output,
        reasoning: tokens.reasoning + more.reasoning,
        toolUse: tokens.toolUse + more.toolUse,
      },
      costNano:
        costNano === null || this.#price === undefined
          ? null
          : costNano + costOf(usage, this.#price),
      isWhole,
    }
  }

  /** Counts an answer that does not report what it used. */
  miss(): void {
    this.#use = { ...this.#use, isWhole: false }
  }
}

/** For an embedding Google reports only the number of tokens, as a string. */
function usageIn({
  usageMetadata,
  tokenCount,
}: Record<string, unknown>): UsageMetadata | undefined {
  if (isRecord(usageMetadata)) return usageMetadata
  const tokens = Number(tokenCount ?? Number.NaN)
  return Number.isNaN(tokens) ? undefined : { promptTokenCount: tokens }
}

/** Where the answers of a batch are. */
export type BatchAnswers =
  | { readonly kind: 'inline'; readonly answers: readonly unknown[] }
  | { readonly kind: 'file'; readonly id: string }

/** The name of the list of answers in a batch. */
export const INLINED = 'inlinedResponses'

/** The answers of a batch that is over, however it ended (a failed one has none). Null while it goes on. */
export function answersIn(batch: unknown): BatchAnswers | null {
  if (!isRecord(batch) || batch['done'] !== true) return null
  const { metadata, response } = batch
  const told = isRecord(metadata) ? metadata['output'] : undefined
  const output = [response, told].find(isRecord) ?? {}
  const id = answersFileIn(output)
  if (id !== null) return { kind: 'file', id }
  const inlined = output[INLINED] ?? output['inlinedEmbedContentResponses']
  const answers = isRecord(inlined) ? inlined[INLINED] : inlined
  return { kind: 'inline', answers: Array.isArray(answers) ? answers : [] }
}

/** Google's id of the file with the answers. */
export function answersFileIn(output: unknown): string | null {
  const name = isRecord(output) ? output['responsesFile'] : undefined
  return typeof name === 'string' ? (/^files\/([\w-]{1,100})$/.exec(name)?.[1] ?? null) : null
}
