/** Stored items in the form in which clients read lists of them. */
import { isRecord } from '../../json/record.ts'
import type { ListedItem } from '../memory.ts'
import { prefixOf } from './to-store.ts'

export interface ItemList {
  readonly object: 'list'
  readonly data: readonly object[]
  readonly first_id: string | null
  readonly last_id: string | null
  readonly has_more: boolean
}

export function toList(items: readonly ListedItem[], hasMore: boolean): ItemList {
  const data = items.map(toListed)
  return {
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: hasMore,
  }
}

/** With an id, and the content of a message as a list of parts, as OpenAI lists it. */
export function toListed({ id, isDerived, text }: ListedItem): { readonly id: string } {
  const item: unknown = JSON.parse(text)
  if (!isRecord(item)) return { id }
  const shown = isDerived ? `${prefixOf(item)}_${id}` : id
  const status = item['status'] ?? 'completed'
  return Object.assign({}, item, partsOf(item), { id: shown, status })
}

function partsOf({ type, role, content }: Readonly<Record<string, unknown>>): object {
  if (type !== 'message') return {}
  const isAnswer = role === 'assistant' || role === 'model'
  if (typeof content === 'string') {
    const part = { type: isAnswer ? 'output_text' : 'input_text', text: content }
    return { content: [isAnswer ? answered(part) : part] }
  }
  if (!Array.isArray(content)) return { content: [] }
  return isAnswer ? { content: content.map(answered) } : {}
}

/** With the lists that clients read of an answer's text; who sent it may have left them out. */
function answered(part: unknown): unknown {
  if (!isRecord(part) || part['type'] !== 'output_text') return part
  return { ...part, annotations: part['annotations'] ?? [], logprobs: part['logprobs'] ?? [] }
}
