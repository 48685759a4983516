/** What a client's function returned, as Gemini takes it: an object always (google-upstreams §4.2, E61). */
import { resultObject } from '../../gemini/ask/result-object.ts'
import type { FunctionCall, FunctionResponse, Part } from '../../gemini/types.ts'
import { type MessageContent, toParts } from './body/content.ts'
import { parseObject } from '../../gemini/ask/json-object.ts'
import type { ResultMessage } from './body/message-schema.ts'

/** Stands for a result that never came: the user stopped the client, or the client cut its history (E58). */
export const MISSING = { content: null }

/** The part that answers the call; and what cannot be inside it, such as a file at an address. */
export interface Result {
  readonly part: Part
  readonly beside: readonly Part[]
}

export function toResult(
  call: FunctionCall,
  { content }: { readonly content: MessageContent | null },
): Result {
  const said = content === null ? null : toParts(content)
  const response = said === null ? { error: 'No result was sent for this call.' } : toResponse(said)
  const functionResponse: FunctionResponse = { name: call.name, response }
  if (call.id !== undefined) functionResponse.id = call.id
  const part = { functionResponse }
  const media = said?.filter(({ text }) => text === undefined) ?? []
  if (media.length === 0) return { part, beside: media }
  const inside = media.flatMap(({ inlineData }) => (inlineData ? [{ inlineData }] : []))
  if (inside.length > 0) functionResponse.parts = inside
  return { part, beside: media.filter(({ inlineData }) => inlineData === undefined) }
}

function toResponse(said: readonly Part[]): Record<string, unknown> {
  const text = said.flatMap((part) => part.text ?? []).join('\n')
  return resultObject(text, parseObject(text))
}

/** A result of a call that is not there says something all the same (E60). */
export function orphan({ content }: ResultMessage): Part[] {
  return toParts(content)
}
