import type { Failure } from '../../failure/failure.ts'
import { AnswerReader } from '../../gemini/answer/reader.ts'
import { Searches } from '../../gemini/answer/searches.ts'
import type { CallSignature } from '../../gemini/signatures.ts'
import type { GenerateContentResponse } from '../../gemini/types.ts'
import type { ClientStream, Context, StreamEncoder, StreamEnd, Terms } from '../dialect.ts'
import { MessageBlocks } from './answer/blocks.ts'
import { BlockFrames, frame, PING } from './answer/frames.ts'
import { endingOf } from './answer/stop-reason.ts'
import { toOpeningUsage, toUsage } from './answer/usage.ts'
import { toStreamError } from './family.ts'
import { messageId } from './ids.ts'
import type { MessagePlan } from './request.ts'

const EVENT_STREAM = 'text/event-stream; charset=utf-8'

/** What is known only under a lease. */
export interface Leased {
  readonly plan: MessagePlan
  readonly terms: Terms
  /** About how many tokens the prompt has. */
  readonly estimate: () => number
}

export function messageStream(under: (terms: Terms) => Leased, context: Context): ClientStream {
  return {
    contentType: EVENT_STREAM,
    // All clients accept a ping before anything else.
    early: () => PING,
    keepAlive: () => PING,
    fail: (failure) => errorFrame(failure, context),
    choice: (_index, terms) => new MessageEncoder(under(terms), context),
  }
}

/**
 * Some clients take a stream that just ends for a whole answer. After an error event they ask again
 * (docs/clients.md).
 */
function errorFrame(failure: Failure, { requestId }: Context): string {
  return frame('error', toStreamError(failure, requestId))
}

/**
 * Sends `message_start` only at Google's first word: until then a failure can still have an HTTP status, and the
 * tokens of the prompt are not known.
 */
class MessageEncoder implements StreamEncoder {
  readonly #plan: MessagePlan
  readonly #terms: Terms
  readonly #context: Context
  readonly #estimate: () => number
  readonly #frames = new BlockFrames()
  readonly #search = new Searches()
  readonly #blocks: MessageBlocks
  readonly #reader: AnswerReader
  #isOpened = false
  #isOver = false

  constructor({ plan, terms, estimate }: Leased, context: Context) {
    this.#plan = plan
    this.#terms = terms
    this.#context = context
    this.#estimate = estimate
    this.#blocks = new MessageBlocks(plan, terms, this.#frames, this.#search)
    this.#reader = new AnswerReader(plan, this.#blocks)
  }

  get signatures(): readonly CallSignature[] {
    return this.#reader.signatures
  }

  encode(response: GenerateContentResponse): string {
    if (this.#plan.searches) this.#search.read(response)
    this.#reader.read(response)
    return this.#opened(this.#frames.take())
  }

  end(): StreamEnd {
    const { conclusion } = this.#reader.end()
    if (!conclusion.ok) return { ...conclusion, frames: this.fail(conclusion.failure) }
    this.#blocks.finish(conclusion)
    const { usage } = this.#reader
    const delta = endingOf(conclusion, this.#terms.target.model, usage)
    const last =
      frame('message_delta', { delta, usage: toUsage(usage, this.#search.count) }) +
      frame('message_stop', {})
    return { ok: true, frames: this.#opened(this.#frames.take() + last) }
  }

  fail(failure: Failure): string {
    if (this.#isOver) return ''
    this.#isOver = true
    return errorFrame(failure, this.#context)
  }

  #opened(frames: string): string {
    if (frames === '' || this.#isOver) return ''
    if (this.#isOpened) return frames
    this.#isOpened = true
    return this.#start() + frames
  }

  #start(): string {
    const message = {
      id: messageId(this.#context),
      type: 'message',
      role: 'assistant',
      model: this.#terms.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: toOpeningUsage(this.#reader.usage, this.#estimate),
    }
    return frame('message_start', { message })
  }
}
