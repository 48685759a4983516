/**
 * Code that Google ran, told as a call of OpenAI's code interpreter. `@ai-sdk/openai` reads the item, the code from
 * its deltas, and the output.
 */
import { toJsonLine } from '../../../json/line.ts'
import type { Ids } from '../ids.ts'

export interface CodeCall {
  readonly id: string
  readonly at: number
  readonly container: string
  readonly code: string
}

type Emit = (type: string, fields: string) => void

export function codeCall(ids: Ids, at: number, code: string): CodeCall {
  return { id: ids.item('ci'), at, container: ids.item('cntr'), code }
}

/** The item as it now stands. `logs`: the code's output; null if it is not known. */
export function codeItem(
  { id, container, code }: Omit<CodeCall, 'at'>,
  status: 'in_progress' | 'completed',
  logs: string | null,
): string {
  return toJsonLine({
    type: 'code_interpreter_call',
    id,
    status,
    container_id: container,
    code,
    outputs: logs === null ? null : [{ type: 'logs', logs }],
  })
}

/** The events between `output_item.added` and `output_item.done`. */
export function tellCode({ id, at, code }: Omit<CodeCall, 'container'>, emit: Emit): void {
  const place = `"item_id":${toJsonLine(id)},"output_index":${at}`
  const text = toJsonLine(code)
  emit('response.code_interpreter_call.in_progress', place)
  emit('response.code_interpreter_call_code.delta', `${place},"delta":${text}`)
  emit('response.code_interpreter_call_code.done', `${place},"code":${text}`)
  emit('response.code_interpreter_call.interpreting', place)
}

export function tellCodeRan({ id, at }: Pick<CodeCall, 'id' | 'at'>, emit: Emit): void {
  const place = `"item_id":${toJsonLine(id)},"output_index":${at}`
  emit('response.code_interpreter_call.completed', place)
}
