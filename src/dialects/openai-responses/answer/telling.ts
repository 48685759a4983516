/** Reads one answer into its items, and says how it ended. */
import type { Failure } from '../../../failure/failure.ts'
import { isCut } from '../../../gemini/answer/conclusion.ts'
import { DeafSink } from '../../../gemini/answer/deaf-sink.ts'
import { AnswerReader } from '../../../gemini/answer/reader.ts'
import { Searches } from '../../../gemini/answer/searches.ts'
import { blockReasonOf, firstCandidate, partsOf } from '../../../gemini/response.ts'
import type { CallSignature } from '../../../gemini/signatures.ts'
import type { GenerateContentResponse } from '../../../gemini/types.ts'
import type { Terms } from '../../dialect.ts'
import { sealSummary } from '../../envelope.ts'
import { lossIn } from '../compaction.ts'
import type { Ids } from '../ids.ts'
import { toUsage, type Usage } from '../usage.ts'
import { type Asked, planUnder } from './asked.ts'
import type { Ended } from './ending.ts'
import { Items, type OutputItem } from './items.ts'

export type Emit = ((type: string, fields: string) => void) | null

export type Finished =
  | {
      readonly ok: true
      readonly ended: Ended
      readonly output: readonly OutputItem[]
      readonly usage: Usage
    }
  | { readonly ok: false; readonly failure: Failure; readonly output: readonly OutputItem[] }

export class AnswerTelling {
  readonly #items: Items
  readonly #reader: AnswerReader
  readonly #summary: Summary | null
  readonly #object: Asked['object']
  readonly #input: { readonly ids: Ids; readonly emit: Emit }
  /** Null if the model cannot search. */
  readonly #searches: Searches | null
  #blockReason: string | undefined
  #hasSpoken = false

  constructor(asked: Asked, terms: Terms, input: { readonly ids: Ids; readonly emit: Emit }) {
    this.#input = input
    this.#object = asked.object
    this.#summary = asked.compacts ? new Summary() : null
    const { tools = [] } = asked.request
    const searches = tools.some(({ googleSearch }) => googleSearch !== undefined)
    this.#searches = searches ? new Searches() : null
    const { offered, unfound } = asked
    this.#items = new Items({ ...input, maker: terms.target, offered, unfound })
    this.#reader = new AnswerReader(planUnder(asked, terms), this.#summary ?? this.#items)
  }

  /** The items that were told in full. */
  get told(): readonly OutputItem[] {
    return this.#items.done
  }

  /** Signatures of the calls that the client received. */
  get signatures(): readonly CallSignature[] {
    return this.#reader.signatures
  }

  read(response: GenerateContentResponse): void {
    this.#blockReason = blockReasonOf(response) ?? this.#blockReason
    this.#hasSpoken ||= partsOf(firstCandidate(response)).length > 0
    this.#reader.read(response)
    this.#searches?.read(response)
  }

  /** To be called when Google's answer is over. */
  finish(): Finished {
    const { conclusion } = this.#reader.end()
    const items = this.#items
    const { done } = items
    if (!conclusion.ok) return { ...conclusion, output: done }
    if (this.#blockReason !== undefined && !this.#hasSpoken) {
      const message = conclusion.refusal ?? 'The prompt was blocked by Google.'
      return { ok: false, failure: { reason: 'prompt_blocked', message }, output: done }
    }
    if (this.#summary !== null) {
      const failure = lossIn(this.#summary.said, conclusion, this.#object)
      if (failure !== null) return { ok: false, failure, output: done }
      this.#tellSummary(this.#summary.said, isCut(conclusion))
    } else {
      // Told as text, not as a refusal, since Codex shows nothing of a refusal.
      if (conclusion.refusal !== null) items.say(conclusion.refusal)
      if (this.#searches !== null && this.#searches.count > 0) items.search(this.#searches)
      items.finish(isCut(conclusion))
    }
    const usage = toUsage(this.#reader.usage)
    return { ok: true, ended: conclusion, output: done, usage }
  }

  /** A summary that was cut off says so, since it stands for nothing (see `sinceSummary`). */
  #tellSummary(text: string, isCutOff: boolean): void {
    const id = this.#input.ids.item('cmp')
    const status = isCutOff ? ',"status":"incomplete"' : ''
    const item = `{"type":"compaction","id":"${id}","encrypted_content":"${sealSummary(text)}"${status}}`
    this.#items.done.push({ id, text: item })
    for (const event of ['added', 'done']) {
      this.#input.emit?.(`response.output_item.${event}`, `"output_index":0,"item":${item}`)
    }
  }
}

class Summary extends DeafSink {
  said = ''

  override text(text: string): void {
    this.said += text
  }
}
