/**
 * Decides which of Anthropic's blocks Gemini's answer becomes, and in which order, for streams and whole answers
 * alike. A BlockWriter only knows how a block looks. Consecutive text is one block, since `claude -p` shows only the
 * last block. A call comes with its whole arguments. Only one block is open at a time.
 */
import type { Citation } from '../../../gemini/answer/citations.ts'
import type { MadeCall } from '../../../gemini/answer/calls.ts'
import type { Conclusion } from '../../../gemini/answer/conclusion.ts'
import { type CodeRun, toMarkdown } from '../../../gemini/answer/code-blocks.ts'
import type { AnswerSink, BlockKind } from '../../../gemini/answer/reader.ts'
import type { Searches } from '../../../gemini/answer/searches.ts'
import type { Blob } from '../../../gemini/types.ts'
import type { Terms } from '../../dialect.ts'
import { sealSignatures, type SignedCall } from '../../envelope.ts'
import { toolId } from '../ids.ts'
import { codeResult, NO_RESULT } from './code.ts'
import type { MessagePlan } from '../request.ts'
import { type CitedPage, citedPage, foundPages } from './search.ts'

/** The pieces of a block come between `start` and `stop`. */
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

/** A block as it looks when it begins. */
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
/** Told in place of an answer that said nothing, also when it was asked for again. */
const SILENCE = '(The model gave no answer.)'

type Whole = Extract<Conclusion, { ok: true }>

export class MessageBlocks implements AnswerSink {
  readonly #plan: MessagePlan
  readonly #terms: Terms
  readonly #writer: BlockWriter
  readonly #search: Searches
  /**
   * The block that the client sees as open. It stays open until another begins, since more of the same kind or a
   * signature may follow.
   */
  #open: BlockKind | null = null
  /** The answer's blocks of text, kept if Google may cite them. */
  readonly #texts: string[] = []
  #citations: readonly Citation[] = []
  /** Text that is held back until the result of the search, which must come before it. */
  #held = ''
  /** Ids of code whose result is still to come. */
  readonly #running: string[] = []
  /** Whether there is anything besides thoughts. */
  #hasSpoken = false

  constructor(plan: MessagePlan, terms: Terms, writer: BlockWriter, search: Searches) {
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
    this.#tellLost()
    if (signature !== undefined && this.#plan.knowsThoughts) this.#sign(id, signature)
    this.#end()
    this.#start({ type: 'tool_use', id, name, input: {} })
    this.#writer.input(json)
    this.#writer.stop()
  }

  /** Anthropic's answers have no form for pictures, so one is told as Markdown. */
  media({ mimeType, data }: Blob): void {
    this.#tell(`\n![](data:${mimeType};base64,${data})\n`)
  }

  code(run: CodeRun): void {
    const id = run.kind === 'code' ? toolId('srvtoolu_') : this.#running.shift()
    if (!this.#plan.runsCode || id === undefined) return this.#tell(toMarkdown(run))
    this.#tellHeld()
    this.#end()
    if (run.kind === 'output') return this.#tellRan(id, codeResult(run))
    this.#running.push(id)
    this.#serve('code_execution', id, { code: run.text })
  }

  /** The signature of a text is left out: Google accepts the text without it. */
  signature(): void {}

  citations(citations: readonly Citation[]): void {
    this.#citations = citations
  }

  logprobs(): void {}

  /** To be called when the answer is over and complete. */
  finish({ end }: Pick<Whole, 'end'>): void {
    this.#tellLost()
    if (this.#plan.searches && this.#search.count > 0) this.#tellSearch()
    this.#tellHeld()
    // After an answer without text, Claude Code asks again, and then ends as if all had gone well.
    if (end === 'stop' && !this.#hasSpoken && !this.#plan.mayBeEmpty) this.#say(SILENCE)
    if (this.#open === 'text') {
      for (const citation of this.#citations) {
        this.#writer.citation(citedPage(citation, this.#texts))
      }
    }
    this.#end()
  }

  /** Clients count on a result for each use of such a tool. */
  #tellLost(): void {
    for (const id of this.#running.splice(0)) this.#tellRan(id, NO_RESULT)
  }

  #tellRan(id: string, content: object): void {
    this.#end()
    this.#start({ type: 'code_execution_tool_result', tool_use_id: id, content })
    this.#writer.stop()
  }

  #tell(text: string): void {
    if (text === '') return
    this.#tellLost()
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
    const content = foundPages(this.#search)
    this.#start({ type: 'web_search_tool_result', tool_use_id: id, content })
    this.#writer.stop()
  }

  #serve(name: string, id: string, input: object): void {
    this.#start({ type: 'server_tool_use', id, name, input: {} })
    this.#writer.input(JSON.stringify(input))
    this.#writer.stop()
  }

  /**
   * The signature goes into the thoughts before the call. If there are none, it needs a block of its own. Clients
   * that keep only the text of thoughts drop that block.
   */
  #sign(callId: string, signature: string): void {
    this.#begin('thought')
    this.#end([{ callId, signature }])
  }

  #start(block: StartedBlock): void {
    this.#hasSpoken ||= block.type !== 'thinking'
    this.#writer.start(block)
  }

  #begin(kind: BlockKind): void {
    if (this.#open === kind) return
    this.#end()
    this.#open = kind
    this.#start(kind === 'text' ? TEXT : THINKING)
  }

  /**
   * Thoughts get a signature even if Google signed nothing: some clients take unsigned ones for another maker's, and
   * send them back as words of the user's (docs/clients.md: Anthropic's Messages).
   */
  #end(signed: readonly SignedCall[] = []): void {
    if (this.#open === null) return
    if (this.#open === 'thought') {
      this.#writer.signature(sealSignatures(this.#terms.target, signed))
    }
    this.#open = null
    this.#writer.stop()
  }
}
