import type { Maker } from '../../../gemini/signatures.ts'
import { toJsonLine } from '../../../json/line.ts'
import { sealSignatures, type SignedCall } from '../../envelope.ts'

/** A reasoning item while it is being told. */
export interface Reasoning {
  readonly id: string
  readonly at: number
  text: string
  readonly signed: SignedCall[]
}

/** Always includes a list of summaries: without it Codex drops the item, and the signatures with it. */
export function reasoningItem({ id, text, signed }: Reasoning, maker: Maker): string {
  const summary = text === '' ? '' : `{"type":"summary_text","text":${toJsonLine(text)}}`
  const sealed =
    signed.length === 0 ? '' : `,"encrypted_content":"${sealSignatures(maker, signed)}"`
  return `{"type":"reasoning","id":"${id}","summary":[${summary}]${sealed}}`
}
