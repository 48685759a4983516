import { toJsonLine } from '../../../json/line.ts'
import type { BlockWriter, StartedBlock } from './blocks.ts'
import type { CitedPage } from './search.ts'

export function frame(type: string, fields: object): string {
  return `event: ${type}\ndata: ${toJsonLine({ type, ...fields })}\n\n`
}

export const PING = frame('ping', {})

/** Ends the delta of a text, of thoughts or of a piece of JSON. */
const DELTA_END = '}}\n\n'

/**
 * Writes blocks as the events of a stream. What surrounds a text is built once for each block, since this runs for
 * every chunk.
 */
export class BlockFrames implements BlockWriter {
  #index = -1
  #frames = ''
  #text = ''
  #thinking = ''

  /** Returns what was written since the last call. */
  take(): string {
    const frames = this.#frames
    this.#frames = ''
    return frames
  }

  start(block: StartedBlock): void {
    const index = ++this.#index
    this.#frames += frame('content_block_start', { index, content_block: block })
    if (block.type === 'text') this.#text = this.#head('text_delta', 'text')
    else if (block.type === 'thinking') this.#thinking = this.#head('thinking_delta', 'thinking')
  }

  text(text: string): void {
    this.#frames += this.#text + toJsonLine(text) + DELTA_END
  }

  thinking(text: string): void {
    this.#frames += this.#thinking + toJsonLine(text) + DELTA_END
  }

  input(json: string): void {
    this.#frames += this.#head('input_json_delta', 'partial_json') + toJsonLine(json) + DELTA_END
  }

  /** The signature comes in one delta: of several, a client would keep only the last. */
  signature(signature: string): void {
    this.#frames += this.#head('signature_delta', 'signature') + toJsonLine(signature) + DELTA_END
  }

  citation(citation: CitedPage): void {
    this.#frames += this.#head('citations_delta', 'citation') + toJsonLine(citation) + DELTA_END
  }

  stop(): void {
    this.#frames += frame('content_block_stop', { index: this.#index })
  }

  #head(type: string, field: string): string {
    return `event: content_block_delta\ndata: {"type":"content_block_delta","index":${this.#index},"delta":{"type":"${type}","${field}":`
  }
}
