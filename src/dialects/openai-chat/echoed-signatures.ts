/**
 * Thought signatures that a client brings back, in the order in which they may be trusted (docs/clients.md: Signatures). Read leniently: what is no signature is
 * none, and whether one may go to Google is decided where it is known which model answers (gemini/fit/signatures.ts).
 */
import { isRecord } from '../../json/record.ts'
import type { AnswerMessage, ToolCallMessage } from './body/message-schema.ts'

/** The signature of each call of an answer, in order. */
export function echoedSignatures(message: AnswerMessage): readonly (string | undefined)[] {
  const encrypted = encryptedReasoning(message.reasoning_details)
  const ofMessage = googleSignature(message.extra_content)
  return message.tool_calls.map(
    (call, index) =>
      googleSignature(call.extra_content) ??
      // One that belongs to the whole answer is its first call's.
      (index === 0 ? ofMessage : undefined) ??
      encrypted.get(call.id) ??
      providerSignature(call),
  )
}

/** `extra_content.google.thought_signature`, Google's own place for it (docs/google.md: Thought signatures). */
function googleSignature(extra: unknown): string | undefined {
  return signatureIn(isRecord(extra) ? extra['google'] : undefined)
}

/** LiteLLM's place, on the call or on its function. */
function providerSignature(call: ToolCallMessage): string | undefined {
  return signatureIn(call.provider_specific_fields)
}

const NONE: ReadonlyMap<unknown, string> = new Map()

/** OpenRouter's: `{type: "reasoning.encrypted", data, id}`, where the id is the call's. */
function encryptedReasoning(details: unknown): ReadonlyMap<unknown, string> {
  if (!Array.isArray(details)) return NONE
  const found = new Map<unknown, string>()
  for (const detail of details) {
    if (!isRecord(detail) || detail['type'] !== 'reasoning.encrypted') continue
    const { id, data } = detail
    if (typeof id === 'string' && typeof data === 'string') found.set(id, data)
  }
  return found
}

function signatureIn(place: unknown): string | undefined {
  if (!isRecord(place)) return undefined
  const signature = place['thought_signature'] ?? place['thoughtSignature']
  return typeof signature === 'string' && signature !== '' ? signature : undefined
}
