/**
 * Finds the thought signatures that a client sends back; the more trustworthy place comes first (docs/clients.md:
 * Signatures). Reading is lenient: a malformed signature counts as absent. gemini/fit/signatures.ts decides, once the
 * model is known, whether a signature may go to Google.
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
      // A signature of the whole answer belongs to its first call.
      (index === 0 ? ofMessage : undefined) ??
      encrypted.get(call.id) ??
      providerSignature(call),
  )
}

/**
 * `extra_content.google.thought_signature`, the place of Google's own OpenAI layer (docs/google.md: Thought
 * signatures).
 */
function googleSignature(extra: unknown): string | undefined {
  return signatureIn(isRecord(extra) ? extra['google'] : undefined)
}

/** LiteLLM's place, on the call or on its function. */
function providerSignature(call: ToolCallMessage): string | undefined {
  return signatureIn(call.provider_specific_fields)
}

const NONE: ReadonlyMap<unknown, string> = new Map()

/** OpenRouter's place: `{type: "reasoning.encrypted", data, id}`, where `id` is the call's. */
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
