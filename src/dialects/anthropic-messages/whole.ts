import type { Failure } from '../../failure/failure.ts'
import { AnswerReader } from '../../gemini/answer/reader.ts'
import { Searches } from '../../gemini/answer/searches.ts'
import type { CallSignature } from '../../gemini/signatures.ts'
import { toWellFormedJson } from '../../json/well-formed.ts'
import type { Answer, Context } from '../dialect.ts'
import { MessageBlocks } from './answer/blocks.ts'
import { BlockList } from './answer/list.ts'
import { endingOf } from './answer/stop-reason.ts'
import { toUsage } from './answer/usage.ts'
import { messageId } from './ids.ts'
import type { MessagePlan } from './request.ts'

export type WholeMessage =
  | { readonly ok: true; readonly json: string; readonly signatures: readonly CallSignature[] }
  | { readonly ok: false; readonly failure: Failure }

export function toMessage(
  { response, ...terms }: Answer,
  plan: MessagePlan,
  context: Context,
): WholeMessage {
  const list = new BlockList()
  const search = new Searches()
  const blocks = new MessageBlocks(plan, terms, list, search)
  const reader = new AnswerReader(plan, blocks)
  search.read(response)
  reader.read(response)
  const { conclusion } = reader.end()
  if (!conclusion.ok) return conclusion
  blocks.finish(conclusion)
  const { usage, signatures } = reader
  const message = {
    id: messageId(context),
    type: 'message',
    role: 'assistant',
    model: terms.model,
    content: list.content,
    ...endingOf(conclusion, terms.target.model, usage),
    usage: toUsage(usage, plan.searches ? search.count : 0),
  }
  return { ok: true, json: toWellFormedJson(message), signatures }
}
