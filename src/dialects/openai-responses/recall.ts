/** Looks up what a request names instead of sending it: the response before it, its conversation, single items. */
import type { Failure } from '../../failure/failure.ts'
import { type ResponsesRequest, parseStored } from './body.ts'
import { sinceSummary } from './compaction.ts'
import { type Item, referenceOf } from './items.ts'
import type { Memory, WhyNotRecalled } from '../memory.ts'

export type Remembered =
  | {
      readonly ok: true
      /** All stored items of the conversation, as they are listed. */
      readonly stored: readonly Item[]
      /** Those of them that stand before the input. */
      readonly before: readonly Item[]
      /** The input, in which stored items have replaced the references to them. */
      readonly input: readonly Item[]
      /** The JSON texts of those stored items, by their index in the input. */
      readonly texts: ReadonlyMap<number, string>
    }
  | { readonly ok: false; readonly failure: Failure }

const NOTHING: ReadonlyMap<number, string> = new Map()

/** Whether anything must be looked up. */
export function remembers({
  previous_response_id,
  conversation,
  input,
}: ResponsesRequest): boolean {
  return Boolean(previous_response_id ?? conversation) || input.some(isReference)
}

/** Whether nothing can be answered without what must be looked up. */
function needsMemory(asked: ResponsesRequest): boolean {
  const { previous_response_id, conversation, input } = asked
  return Boolean(previous_response_id ?? conversation) || input.some(isNeeded)
}

function isNeeded(item: Item): boolean {
  return referenceOf(item)?.isNeeded === true
}

export function asSaid({ input }: ResponsesRequest): Extract<Remembered, { ok: true }> {
  return { ok: true, stored: [], before: [], input, texts: NOTHING }
}

export async function remember(asked: ResponsesRequest, memory: Memory): Promise<Remembered> {
  const { input, previous_response_id: previous = null, conversation = null } = asked
  const places = input.flatMap((item, at) => {
    const reference = referenceOf(item)
    return reference === null ? [] : [{ at, ...reference }]
  })
  const recalled = await memory.recall({
    previous: previous ?? null,
    conversation: conversation ?? null,
    references: places.map(({ id }) => id),
  })
  if (!recalled.ok) {
    if (!needsMemory(asked)) return asSaid(asked)
    return { ok: false, failure: failureOf(recalled.why, asked) }
  }
  const found = [...input]
  const texts = new Map<number, string>()
  for (const [index, { at, id, isNeeded: mustBeFound }] of places.entries()) {
    const text = recalled.referenced[index] ?? null
    const [item] = text === null ? [] : parseStored([text])
    if (text !== null && item !== undefined) {
      found[at] = item
      texts.set(at, text)
    } else if (mustBeFound) return { ok: false, failure: noItem(at, id) }
  }
  const stored = parseStored(recalled.items)
  return { ok: true, stored, before: sinceSummary(stored), input: found, texts }
}

function isReference(item: Item): boolean {
  return referenceOf(item) !== null
}

function failureOf(why: WhyNotRecalled, asked: ResponsesRequest): Failure {
  const { previous_response_id: previous, conversation, input } = asked
  const at = input.findIndex(isNeeded)
  const param = previous ? 'previous_response_id' : conversation ? 'conversation' : `input[${at}]`
  switch (why) {
    case 'off': {
      const message = `Nothing is stored for this key, so '${param}' cannot be used: send the whole conversation in 'input' (AI SDK: providerOptions.openai.store = false).`
      return { reason: 'unsupported_parameter', message, param }
    }
    case 'response_not_found': {
      const message = `Previous response with id '${clip(previous)}' not found.`
      return { reason: 'previous_response_not_found', message, param }
    }
    case 'conversation_not_found': {
      const message = `Conversation with id '${clip(conversation)}' not found.`
      return { reason: 'conversation_not_found', message, param }
    }
    case 'too_large': {
      const message = `What '${param}' stands for is too long to be read at once: begin another conversation.`
      return { reason: 'invalid_value', message, param }
    }
    case 'unreadable': {
      const message = `What '${param}' stands for cannot be read any more: send the whole conversation in 'input'.`
      return { reason: 'previous_response_not_found', message, param }
    }
  }
}

function noItem(at: number, id: string): Failure {
  const message = `Item '${clip(id)}' is not stored here. Send it in full: set providerOptions.openai.store = false, or use provider.chat(model).`
  return { reason: 'item_not_found', message, param: `input[${at}]` }
}

function clip(id: string | null | undefined): string {
  return (id ?? '').slice(0, 128)
}
