import type { Cuttings } from '../../bytes/cuttings.ts'
import { isRecord } from '../../json/record.ts'
import { toWellFormedJson } from '../../json/well-formed.ts'
import type { Ids } from './ids.ts'
import type { StoredItem } from '../memory.ts'

export interface StoringInput {
  readonly ids: Ids
  readonly cuttings: Cuttings
  /** What was stored of those that the input refers to, by their place. */
  readonly texts: ReadonlyMap<number, string>
  /** Items of a conversation need ids; elsewhere equal texts are stored once, which an id would make different. */
  readonly needsIds: boolean
}

/** The items of a request's own input, whole, as they came; a text alone is a message. */
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
  const text = texts.get(at) ?? toWellFormedJson(cuttings.uncut(typed(item)))
  const given = isRecord(item) && typeof item['id'] === 'string' ? item['id'] : ''
  const isOwn = given !== '' && given.length <= MAX_ID
  return { id: isOwn ? given : needsIds ? ids.item(prefixOf(item)) : null, text }
}

const MAX_ID = 256

/** Clients leave the type of messages out; whoever lists them looks for it. */
function typed(item: unknown): unknown {
  return isRecord(item) && item['type'] === undefined && 'role' in item
    ? { type: 'message', ...item }
    : item
}

const PREFIXES: Readonly<Record<string, string>> = {
  function_call: 'fc',
  function_call_output: 'fco',
  custom_tool_call: 'ctc',
  custom_tool_call_output: 'ctco',
  reasoning: 'rs',
  message: 'msg',
}

/** What ids of such an item begin with. */
export function prefixOf(item: unknown): string {
  const type = isRecord(item) && typeof item['type'] === 'string' ? item['type'] : 'message'
  return Object.hasOwn(PREFIXES, type) ? (PREFIXES[type] ?? 'item') : 'item'
}
