import type { Failure } from '../../failure/failure.ts'
import { isFinal } from '../../gemini/response.ts'
import type { CallSignature } from '../../gemini/signatures.ts'
import type { GenerateContentResponse } from '../../gemini/types.ts'
import type { ClientStream, Context, StreamEncoder, StreamEnd, Terms } from '../dialect.ts'
import { EVENT_STREAM } from '../openai/stream.ts'
import { type Asked, headOf, isStored, keep, waits } from './answer/asked.ts'
import { failureFrames, lastFrame, standingOf } from './answer/ending.ts'
import { type Head, responseJson } from './answer/response.ts'
import { Sequence } from './answer/sequence.ts'
import { AnswerTelling } from './answer/telling.ts'
import { Ids } from './ids.ts'

/** The stream of one request. Its events are numbered from `response.created` to the last. */
export class ResponseStream implements ClientStream {
  readonly contentType = EVENT_STREAM
  readonly sequence = new Sequence()
  readonly ids: Ids
  readonly #asked: Asked
  readonly #context: Context
  #isOpened = false

  constructor(asked: Asked, context: Context) {
    this.ids = new Ids(context)
    this.#asked = asked
    this.#context = context
  }

  head(terms: Terms | null): Head {
    return headOf(this.#asked, this.ids, this.#context, terms)
  }

  early(): string {
    return this.opening(null)
  }

  /**
   * An event, since Codex does not count comments as a sign of life. Never sent before `response.created`, since
   * OpenAI's own clients throw then.
   */
  keepAlive(): string {
    return this.#isOpened ? this.sequence.frame('keepalive', '') : this.opening(null)
  }

  fail(failure: Failure): string {
    return this.opening(null) + failureFrames(failure, this.head(null), [], this.sequence)
  }

  choice(_index: number, terms: Terms): StreamEncoder {
    return new ResponseEncoder(this.#asked, terms, this)
  }

  /** The events that come before all others; empty once they have been told. */
  opening(terms: Terms | null): string {
    if (this.#isOpened) return ''
    this.#isOpened = true
    const standing = {
      status: 'in_progress',
      store: isStored(this.#asked, terms),
      output: [],
      usage: null,
    } as const
    const response = `"response":${responseJson(this.head(terms), standing)}`
    return (
      this.sequence.frame('response.created', response) +
      this.sequence.frame('response.in_progress', response)
    )
  }
}

class ResponseEncoder implements StreamEncoder {
  readonly #asked: Asked
  readonly #terms: Terms
  readonly #stream: ResponseStream
  readonly #telling: AnswerTelling
  /** The frames for the response being read. */
  #frames = ''
  /** The numbers of the events that ended the items. */
  readonly #ends: number[] = []
  #isOver = false

  constructor(asked: Asked, terms: Terms, stream: ResponseStream) {
    this.#asked = asked
    this.#terms = terms
    this.#stream = stream
    const emit = (type: string, fields: string): void => {
      // The opening is written before the first event, so that it gets the first numbers.
      if (this.#frames === '') this.#frames = stream.opening(terms)
      if (type === 'response.output_item.done') this.#ends.push(stream.sequence.next)
      this.#frames += stream.sequence.frame(type, fields)
    }
    this.#telling = new AnswerTelling(asked, terms, { ids: stream.ids, emit })
  }

  get signatures(): readonly CallSignature[] {
    return this.#telling.signatures
  }

  /**
   * The first response opens the stream, whatever it says, since Google has accepted the request. Except if that
   * response is also the last and says nothing.
   */
  encode(response: GenerateContentResponse): string {
    this.#telling.read(response)
    return this.#take() || (isFinal(response) ? '' : this.#stream.opening(this.#terms))
  }

  end(): StreamEnd | Promise<StreamEnd> {
    const finished = this.#telling.finish()
    if (!finished.ok) {
      return { ok: false, failure: finished.failure, frames: this.fail(finished.failure) }
    }
    const { ended, output, usage } = finished
    const items = this.#take() || this.#stream.opening(this.#terms)
    const { ids, sequence } = this.#stream
    const head = this.#stream.head(this.#terms)
    const told = (store: boolean): StreamEnd => {
      const texts = output.map(({ text }) => text)
      const standing = standingOf(ended, { output: texts, usage, store })
      return { ok: true, frames: items + lastFrame(head, standing, sequence) }
    }
    if (!waits(this.#asked, this.#terms)) return told(false)
    const standing = standingOf(ended, { output: [], usage, store: true })
    const numbers = [...this.#ends, sequence.next]
    const kept = { head, ids, terms: this.#terms, numbers }
    return keep(this.#asked, kept, standing, output).then(told)
  }

  fail(failure: Failure): string {
    if (this.#isOver) return ''
    this.#isOver = true
    const opening = this.#take() || this.#stream.opening(this.#terms)
    const output = this.#telling.told.map(({ text }) => text)
    const { sequence } = this.#stream
    return opening + failureFrames(failure, this.#stream.head(this.#terms), output, sequence)
  }

  #take(): string {
    const frames = this.#frames
    this.#frames = ''
    return frames
  }
}
