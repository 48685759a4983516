/** Puts thought signatures and call ids where Gemini puts them (docs/google.md: Parts, Thought signatures). */
import type { Part } from '../proto/types.ts'
import { randomId } from '../random.ts'
import type { Issuer, Signatures } from '../state/signatures.ts'

export interface Signing extends Issuer {
  signatures: Signatures
  /** whether the request declares functions */
  hasFunctions: boolean
  /** whether the model thought before it answered */
  thought: boolean
  /** when streaming, the signature of a text comes in a part of its own */
  streaming: boolean
}

export function signParts(parts: Part[], signing: Signing): Part[] {
  const given = parts.flatMap((part) => part.thoughtSignature ?? [])
  for (const signature of given) signing.signatures.remember(signing, signature)
  const named = signing.model.generation >= 3 ? parts.map(withCallId) : parts
  if (given.length > 0) return named
  if (signing.model.kind === 'image') return signImages(named, signing)
  if (signing.model.generation < 3) return signFirst(named, signing)
  if (named.some(isTool)) return signTools(named, signing)
  const firstCall = named.findIndex((part) => part.functionCall)
  if (firstCall >= 0) return signAt(named, firstCall, signing)
  if (!signing.thought || named.length === 0) return named
  if (!signing.streaming) return signAt(named, named.length - 1, signing)
  return [...named, { text: '', thoughtSignature: signing.signatures.issue(signing) }]
}

function signFirst(parts: Part[], signing: Signing): Part[] {
  return signing.hasFunctions && signing.thought ? signAt(parts, 0, signing) : parts
}

/**
 * Signs each use of Google's own tools and each of its results. Also signs the first call, and records which of these
 * came before it.
 */
function signTools(parts: Part[], signing: Signing): Part[] {
  const firstCall = parts.findIndex((part) => part.functionCall)
  const done = parts.map((part, index) =>
    isTool(part) || index === firstCall ? signed(part, signing) : part,
  )
  const call = done[firstCall]?.thoughtSignature
  const tools = done.slice(0, Math.max(0, firstCall)).filter(isTool)
  if (call !== undefined) {
    signing.signatures.rememberTools(
      call,
      tools.flatMap((part) => part.thoughtSignature ?? []),
    )
  }
  return done
}

function isTool({ toolCall, toolResponse }: Part): boolean {
  return toolCall !== undefined || toolResponse !== undefined
}

function signImages(parts: Part[], signing: Signing): Part[] {
  if (signing.model.generation < 3) return parts
  const first = parts.findIndex((part) => !part.thought)
  return parts.map((part, index) =>
    index === first || part.inlineData ? signed(part, signing) : part,
  )
}

function signAt(parts: Part[], at: number, signing: Signing): Part[] {
  return parts.map((part, index) => (index === at ? signed(part, signing) : part))
}

function signed(part: Part, signing: Signing): Part {
  return { ...part, thoughtSignature: signing.signatures.issue(signing) }
}

function withCallId(part: Part): Part {
  const { functionCall } = part
  if (!functionCall || functionCall.id !== undefined) return part
  return { ...part, functionCall: { id: randomId(6), ...functionCall } }
}
