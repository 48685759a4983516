import type { Cuttings } from '../../bytes/cuttings.ts'
import { isRecord } from '../../json/record.ts'
import { narrowJson } from '../../json/narrow.ts'
import { toWellFormedJson } from '../../json/well-formed.ts'
import type { Ids } from './ids.ts'
import type { StoredItem } from '../memory.ts'

export interface StoringInput {
  readonly ids: Ids
  readonly cuttings: Cuttings
  /** The JSON texts of stored items that the input refers to, by their index in the input. */
  readonly texts: ReadonlyMap<number, string>
  /**
   * Whether items get ids. Items of a conversation need them. Elsewhere equal texts are stored only once, and ids
   * would make them differ.
   */
  readonly needsIds: boolean
}

/** The items of a request's own input, unchanged and whole. An input that is only a text becomes a message. */
export function inputToStore(input: unknown, storing: StoringInput): readonly StoredItem[] {
  if (typeof input === 'string') {
    const message = {
      type: 'message',
      role: 'user',
      content: [{ type: 'input_text', text: input }],
    }
    return [toStore(message, 0, storing)]
  }
  return Array.isArray(input) ? input.map((item: unknown, at) => toStore(item, at, storing)) : []
}

function toStore(item: unknown, at: number, storing: StoringInput): StoredItem {
  const { ids, cuttings, texts, needsIds } = storing
  const text = texts.get(at) ?? narrowJson(toWellFormedJson(cuttings.uncut(typed(item))))
  const given = isRecord(item) && typeof item['id'] === 'string' ? item['id'] : ''
  const isOwn = given !== '' && given.length <= MAX_ID
  return { id: isOwn ? given : needsIds ? ids.item(prefixOf(item)) : null, text }
}

const MAX_ID = 256

/** Clients leave out the type of messages, but whoever lists items looks for it. */
export function typed(item: unknown): unknown {
  if (!isRecord(item) || !('role' in item)) return item
  const { type = null, ...said } = item
  return type === null ? { type: 'message', ...said } : item
}

const PREFIXES: Readonly<Record<string, string>> = {
  function_call: 'fc',
  function_call_output: 'fco',
  custom_tool_call: 'ctc',
  custom_tool_call_output: 'ctco',
  reasoning: 'rs',
  message: 'msg',
}

/** The prefix of ids for such an item. */
export function prefixOf(item: unknown): string {
  const type = isRecord(item) && typeof item['type'] === 'string' ? item['type'] : 'message'
  return Object.hasOwn(PREFIXES, type) ? (PREFIXES[type] ?? 'item') : 'item'
}
