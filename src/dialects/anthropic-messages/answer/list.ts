import { parseWithRawNumbers } from '../../../json/long-numbers.ts'
import type { BlockWriter, StartedBlock } from './blocks.ts'
import type { CitedPage } from './search.ts'

type Block = { -readonly [Key in keyof StartedBlock]: unknown } & { [field: string]: unknown }

/** Collects blocks as the content of a whole message. */
export class BlockList implements BlockWriter {
  readonly content: Block[] = []
  #block: Block = { type: 'text' }

  start(block: StartedBlock): void {
    this.#block = { ...block }
    this.content.push(this.#block)
  }

  text(text: string): void {
    this.#block['text'] = String(this.#block['text']) + text
  }

  thinking(text: string): void {
    this.#block['thinking'] = String(this.#block['thinking']) + text
  }

  /** Parsed, since a whole message has the input as an object. A string would reach users as a string. */
  input(json: string): void {
    this.#block['input'] = parseWithRawNumbers(json)
  }

  signature(signature: string): void {
    this.#block['signature'] = signature
  }

  citation(page: CitedPage): void {
    const { citations } = this.#block
    this.#block['citations'] = [...(Array.isArray(citations) ? citations : []), page]
  }

  stop(): void {}
}
