/**
 * The items of an answer, and the events that tell them, in an order that all clients accept (docs/compatibility.md).
 * Codex reads only `output_item.done`, others only added items and deltas, others the end. So all is always told.
 */
import type { Citation } from '../../../gemini/answer/citations.ts'
import type { CodeRun } from '../../../gemini/answer/code-blocks.ts'
import type { MadeCall } from '../../../gemini/answer/calls.ts'
import type { AnswerSink, BlockKind } from '../../../gemini/answer/reader.ts'
import type { Searches } from '../../../gemini/answer/searches.ts'
import type { Maker } from '../../../gemini/signatures.ts'
import type { Blob, LogprobsResult } from '../../../gemini/types.ts'
import { toJsonLine } from '../../../json/line.ts'
import { toLogprobs } from '../../openai/logprobs.ts'
import { tellCall } from '../calls.ts'
import { searchItems } from '../found-tools.ts'
import type { Ids } from '../ids.ts'
import { type Message, jsonOf } from './message.ts'
import { type CodeCall, codeCall, codeItem, tellCode, tellCodeRan } from './code-calls.ts'
import { type Reasoning, reasoningItem } from './reasoning.ts'
import { searchItem, tellSearch } from './search-calls.ts'
import type { Offered } from '../tools.ts'

/** An item that was told in full; `text` is its JSON. */
export interface OutputItem {
  readonly id: string
  text: string
}

export interface ItemsInput {
  readonly ids: Ids
  readonly maker: Maker
  readonly offered: ReadonlyMap<string, Offered>
  readonly unfound: ReadonlyMap<string, object>
  /** Receives the events as they arise; null if only the items matter. */
  readonly emit: ((type: string, fields: string) => void) | null
}

export class Items implements AnswerSink {
  readonly done: OutputItem[] = []
  readonly #input: ItemsInput
  /** Of all items, including those not yet done. */
  #count = 0
  #message: Message | null = null
  /** Kept open until it is known whether what follows brings a signature. */
  #reasoning: Reasoning | null = null
  /** Code whose output is not yet known. */
  #code: CodeCall | null = null
  /** The messages, indexed by Google's count of blocks of text. */
  readonly #blocks: Message[] = []
  #hasSaid = false
  /** Functions whose search was told. */
  readonly #found = new Set<string>()

  constructor(input: ItemsInput) {
    this.#input = input
  }

  open(kind: BlockKind): void {
    if (kind === 'text') this.#blocks.push(this.#openMessage())
    else this.#openThoughts()
  }

  text(text: string): void {
    const message = this.#message
    if (message === null) return
    message.text += text
    this.#input.emit?.(
      'response.output_text.delta',
      `${message.delta}${toJsonLine(text)},"logprobs":[]`,
    )
  }

  thought(text: string): void {
    const reasoning = this.#reasoning
    if (reasoning === null) return
    reasoning.text += text
    this.#input.emit?.(
      'response.reasoning_summary_text.delta',
      `${placeOf(reasoning)},"summary_index":0,"delta":${toJsonLine(text)}`,
    )
  }

  close(kind: BlockKind, isCut = false): void {
    if (kind === 'text') this.#closeMessage(isCut)
    else this.#closeThoughts()
  }

  mint(): string {
    return `call_${this.#input.ids.suffix()}`
  }

  call(call: MadeCall): void {
    const { id: callId, signature } = call
    if (signature !== undefined) {
      const reasoning = this.#reasoning ?? this.#openReasoning()
      reasoning.signed.push({ callId, signature })
    }
    this.#tellReasoning()
    this.#hasSaid = true
    this.#find(call.name)
    const { item, streamed } = tellCall(call, this.#input.offered.get(call.name))
    const at = this.#count++
    const begun = { ...item, status: 'in_progress', ...(streamed && { [streamed.field]: '' }) }
    this.#added(at, toJsonLine(begun))
    if (streamed !== null) {
      const text = toJsonLine(streamed.text)
      const place = `"item_id":"${item.id}","output_index":${at}`
      const type = `response.${streamed.event}`
      const named = streamed.field === 'arguments' ? `,"name":${toJsonLine(item['name'])}` : ''
      // Without a single delta LangChain calls the tool without arguments.
      this.#input.emit?.(`${type}.delta`, `${place},"delta":${text}`)
      this.#input.emit?.(`${type}.done`, `${place},"${streamed.field}":${text}${named}`)
    }
    this.#done(at, item.id, toJsonLine(item))
  }

  media({ mimeType, data }: Blob): void {
    // This API has no item for sounds, which were made and paid for.
    if (!mimeType.startsWith('image/')) return this.say(`![](data:${mimeType};base64,${data})`)
    this.#tellReasoning()
    this.#hasSaid = true
    const item = { type: 'image_generation_call', status: 'completed', result: data }
    const format = mimeType.slice('image/'.length)
    this.#tell('ig', { ...item, output_format: format }, { result: null, output_format: undefined })
  }

  code({ kind, text }: CodeRun): void {
    if (kind === 'output') return this.#tellCode(text)
    this.#tellReasoning()
    this.#hasSaid = true
    const call = codeCall(this.#input.ids, this.#count++, text)
    this.#code = call
    this.#added(call.at, codeItem({ ...call, code: '' }, 'in_progress', null))
    if (this.#input.emit !== null) tellCode(call, this.#input.emit)
  }

  signature(signature: string): void {
    // With thoughts, the signature goes into their item. A text's own signature is dropped: Google does not demand
    // it.
    this.#reasoning?.signed.push({ callId: '', signature })
  }

  citations(citations: readonly Citation[]): void {
    for (const { block, start, end, url, title } of citations) {
      const message = this.#blocks[block]
      if (message === undefined) continue
      const index = message.annotations.length
      const annotation = { type: 'url_citation', start_index: start, end_index: end, url, title }
      message.annotations.push(annotation)
      if (message === this.#message) {
        this.#input.emit?.(
          'response.output_text.annotation.added',
          `${placeOf(message)},"content_index":0,"annotation_index":${index},"annotation":${toJsonLine(annotation)}`,
        )
      } else this.#rewrite(message)
    }
  }

  logprobs(result: LogprobsResult): void {
    const tokens = toLogprobs([result])?.content ?? []
    this.#message?.logprobs.push(...tokens)
  }

  search(searches: Searches): void {
    this.#tellReasoning()
    const call = { id: this.#input.ids.item('ws'), at: this.#count++ }
    this.#added(call.at, searchItem(call.id, 'in_progress', searches))
    if (this.#input.emit !== null) tellSearch(call, this.#input.emit)
    this.#done(call.at, call.id, searchItem(call.id, 'completed', searches))
  }

  /** Tells the text as a message of its own. */
  say(text: string, isCut = false): void {
    this.#openMessage()
    if (text !== '') this.text(text)
    this.#closeMessage(isCut)
  }

  /** Tells what was held back. An answer is never empty: OpenAI's agents SDK would repeat the request endlessly. */
  finish(isCut: boolean): void {
    this.#tellReasoning()
    if (!this.#hasSaid) this.say('', isCut)
  }

  /** Tells a search before the first call of what a client believes to need one. */
  #find(name: string): void {
    const found = this.#input.unfound.get(name)
    if (found === undefined || this.#found.has(name)) return
    this.#found.add(name)
    for (const [prefix, item] of searchItems(found)) this.#tell(prefix, item)
  }

  /** Tells an item that has no events of its own. `begun`: what is not known of it at first. */
  #tell(prefix: string, item: object, begun: object = {}): void {
    const id = this.#input.ids.item(prefix)
    const at = this.#count++
    const { type, ...rest } = item as { readonly type: string }
    this.#added(at, toJsonLine({ type, id, ...rest, status: 'in_progress', ...begun }))
    this.#done(at, id, toJsonLine({ type, id, ...rest }))
  }

  #openMessage(): Message {
    this.#tellReasoning()
    this.#hasSaid = true
    const id = this.#input.ids.item('msg')
    const at = this.#count++
    const delta = `"item_id":"${id}","output_index":${at},"content_index":0,"delta":`
    const message = { id, at, delta, text: '', isCut: false, annotations: [], logprobs: [] }
    this.#message = message
    this.#added(
      at,
      `{"type":"message","id":"${id}","status":"in_progress","role":"assistant","content":[]}`,
    )
    this.#input.emit?.(
      'response.content_part.added',
      `${placeOf(message)},"content_index":0,"part":{"type":"output_text","text":"","annotations":[],"logprobs":[]}`,
    )
    return message
  }

  #closeMessage(isCut: boolean): void {
    const message = this.#message
    if (message === null) return
    this.#message = null
    message.isCut = isCut
    const { emit } = this.#input
    const place = `${placeOf(message)},"content_index":0`
    const { text, part, item } = jsonOf(message)
    const logprobs = toJsonLine(message.logprobs)
    emit?.('response.output_text.done', `${place},"text":${text},"logprobs":${logprobs}`)
    emit?.('response.content_part.done', `${place},"part":${part}`)
    this.#done(message.at, message.id, item)
  }

  #openThoughts(): void {
    const place = placeOf(this.#openReasoning())
    this.#input.emit?.(
      'response.reasoning_summary_part.added',
      `${place},"summary_index":0,"part":{"type":"summary_text","text":""}`,
    )
  }

  #openReasoning(): Reasoning {
    this.#tellReasoning()
    const id = this.#input.ids.item('rs')
    const reasoning: Reasoning = { id, at: this.#count++, text: '', signed: [] }
    this.#reasoning = reasoning
    this.#added(reasoning.at, `{"type":"reasoning","id":"${id}","summary":[]}`)
    return reasoning
  }

  #closeThoughts(): void {
    const reasoning = this.#reasoning
    if (reasoning === null || reasoning.text === '') return
    const place = `${placeOf(reasoning)},"summary_index":0`
    const text = toJsonLine(reasoning.text)
    const { emit } = this.#input
    emit?.('response.reasoning_summary_text.done', `${place},"text":${text}`)
    emit?.(
      'response.reasoning_summary_part.done',
      `${place},"part":{"type":"summary_text","text":${text}}`,
    )
  }

  #tellCode(logs: string | null): void {
    const call = this.#code
    if (call === null) return
    this.#code = null
    if (this.#input.emit !== null) tellCodeRan(call, this.#input.emit)
    this.#done(call.at, call.id, codeItem(call, 'completed', logs))
  }

  #tellReasoning(): void {
    this.#tellCode(null)
    const reasoning = this.#reasoning
    if (reasoning === null) return
    this.#reasoning = null
    this.#done(reasoning.at, reasoning.id, reasoningItem(reasoning, this.#input.maker))
  }

  #added(at: number, item: string): void {
    this.#input.emit?.('response.output_item.added', `"output_index":${at},"item":${item}`)
  }

  #done(at: number, id: string, item: string): void {
    this.done[at] = { id, text: item }
    this.#input.emit?.('response.output_item.done', `"output_index":${at},"item":${item}`)
  }

  /** The item's events are out already, but the response at the end will hold the late additions. */
  #rewrite(message: Message): void {
    const told = this.done[message.at]
    if (told !== undefined) told.text = jsonOf(message).item
  }
}

function placeOf({ id, at }: { readonly id: string; readonly at: number }): string {
  return `"item_id":"${id}","output_index":${at}`
}
