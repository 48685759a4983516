/**
 * Gemini's answer as Anthropic's blocks, for streams and whole answers alike: which blocks there are, and in which order. Whoever
 * writes them only knows how they look. Consecutive text is one block, since `claude -p` shows no more than the last; a call comes
 * with its arguments whole; one block is open at a time.
 */
import type { Citation } from '../../../gemini/answer/citations.ts'
import type { MadeCall } from '../../../gemini/answer/calls.ts'
import { type CodeRun, toMarkdown } from '../../../gemini/answer/code-blocks.ts'
import type { AnswerSink, BlockKind } from '../../../gemini/answer/reader.ts'
import type { Blob } from '../../../gemini/types.ts'
import type { Terms } from '../../dialect.ts'
import { sealSignatures } from '../../envelope.ts'
import { toolId } from '../ids.ts'
import type { MessagePlan } from '../request.ts'
import { type CitedPage, citedPage, type Search } from './search.ts'

/** Between `start` and `stop` come the pieces of one block. */
export interface BlockWriter {
  start(block: StartedBlock): void
  text(text: string): void
  thinking(text: string): void
  /** The arguments of a call, as JSON. */
  input(json: string): void
  signature(signature: string): void
  citation(page: CitedPage): void
  stop(): void
}

/** A block as it begins. */
export type StartedBlock =
  | { readonly type: 'text'; readonly text: '' }
  | { readonly type: 'thinking'; readonly thinking: ''; readonly signature: '' }
  | {
      readonly type: 'tool_use' | 'server_tool_use'
      readonly id: string
      readonly name: string
      readonly input: object
    }
  | {
      readonly type: 'web_search_tool_result' | 'code_execution_tool_result'
      readonly tool_use_id: string
      readonly content: object
    }

const TEXT: StartedBlock = { type: 'text', text: '' }
const THINKING: StartedBlock = { type: 'thinking', thinking: '', signature: '' }

export class MessageBlocks implements AnswerSink {
  readonly #plan: MessagePlan
  readonly #terms: Terms
  readonly #writer: BlockWriter
  readonly #search: Search
  /** Open for the client. It is closed only when another begins: more of the same may follow, or a signature. */
  #open: BlockKind | null = null
  /** Of the answer's blocks of text, where they may be cited. */
  readonly #texts: string[] = []
  #citations: readonly Citation[] = []
  /** Text that waits for what the search comes to, which is told before it. */
  #held = ''
  #codeId = ''

  constructor(plan: MessagePlan, terms: Terms, writer: BlockWriter, search: Search) {
    this.#plan = plan
    this.#terms = terms
    this.#writer = writer
    this.#search = search
  }

  open(kind: BlockKind): void {
    if (kind === 'text' && this.#plan.keepsText) this.#texts.push('')
  }

  text(text: string): void {
    if (this.#plan.keepsText) this.#texts.push((this.#texts.pop() ?? '') + text)
    this.#tell(text)
  }

  thought(text: string): void {
    if (!this.#plan.knowsThoughts) return
    this.#begin('thought')
    this.#writer.thinking(text)
  }

  close(): void {}

  mint(): string {
    return toolId('toolu_')
  }

  call({ id, name, json, signature }: MadeCall): void {
    if (signature !== undefined && this.#plan.knowsThoughts) this.#sign(id, signature)
    this.#end()
    this.#writer.start({ type: 'tool_use', id, name, input: {} })
    this.#writer.input(json)
    this.#writer.stop()
  }

  /** Anthropic's answers hold no pictures. */
  media({ mimeType, data }: Blob): void {
    this.#tell(`\n![](data:${mimeType};base64,${data})\n`)
  }

  code(run: CodeRun): void {
    if (!this.#plan.runsCode) return this.#tell(toMarkdown(run))
    this.#tellHeld()
    this.#end()
    if (run.kind === 'code') {
      this.#codeId = toolId('srvtoolu_')
      this.#serve('code_execution', this.#codeId, { code: run.text })
      return
    }
    const content = {
      type: 'code_execution_result',
      stdout: run.text,
      stderr: '',
      return_code: 0,
      content: [],
    }
    const tool_use_id = this.#codeId
    this.#writer.start({ type: 'code_execution_tool_result', tool_use_id, content })
    this.#writer.stop()
  }

  /** Of a text, which Google takes back without. */
  signature(): void {}

  citations(citations: readonly Citation[]): void {
    this.#citations = citations
  }

  logprobs(): void {}

  /** The answer is over, and whole. */
  finish(): void {
    if (this.#plan.searches && this.#search.count > 0) this.#tellSearch()
    this.#tellHeld()
    if (this.#open === 'text') {
      for (const citation of this.#citations) {
        this.#writer.citation(citedPage(citation, this.#texts))
      }
    }
    this.#end()
  }

  #tell(text: string): void {
    if (this.#plan.searches) this.#held += text
    else this.#say(text)
  }

  #say(text: string): void {
    this.#begin('text')
    this.#writer.text(text)
  }

  #tellHeld(): void {
    const held = this.#held
    this.#held = ''
    if (held !== '') this.#say(held)
  }

  #tellSearch(): void {
    this.#end()
    const id = toolId('srvtoolu_')
    this.#serve('web_search', id, { query: this.#search.queries.join('; ') })
    const content = this.#search.pages
    this.#writer.start({ type: 'web_search_tool_result', tool_use_id: id, content })
    this.#writer.stop()
  }

  #serve(name: string, id: string, input: object): void {
    this.#writer.start({ type: 'server_tool_use', id, name, input: {} })
    this.#writer.input(JSON.stringify(input))
    this.#writer.stop()
  }

  /** In the thoughts before the call, where there are any: clients that keep one text of thoughts drop blocks without. */
  #sign(callId: string, signature: string): void {
    this.#begin('thought')
    this.#writer.signature(sealSignatures(this.#terms.target, [{ callId, signature }]))
    this.#end()
  }

  #begin(kind: BlockKind): void {
    if (this.#open === kind) return
    this.#end()
    this.#open = kind
    this.#writer.start(kind === 'text' ? TEXT : THINKING)
  }

  #end(): void {
    if (this.#open === null) return
    this.#open = null
    this.#writer.stop()
  }
}
