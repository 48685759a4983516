import type { Candidate, GenerateContentResponse, Part } from './types.ts'

/**
 * Reading what Google sent, which is typed but not checked: whatever is not of its type is as good as absent, so that one odd
 * answer is an empty one and never a crash.
 */
export function firstCandidate(response: GenerateContentResponse): Candidate | undefined {
  const { candidates } = response
  const first: unknown = Array.isArray(candidates) ? candidates[0] : undefined
  return isObject(first) ? first : undefined
}

export function partsOf(candidate: Candidate | undefined): readonly Part[] {
  const parts: unknown = candidate?.content?.parts
  if (!Array.isArray(parts)) return []
  return parts.every(isObject) ? parts : parts.filter(isObject)
}

/** The part's text; empty where it has none. */
export function textOf(part: Part): string {
  return typeof part.text === 'string' ? part.text : ''
}

export function finishReasonOf(response: GenerateContentResponse): string | undefined {
  const reason: unknown = firstCandidate(response)?.finishReason
  return typeof reason === 'string' ? reason : undefined
}

/** Why the prompt was blocked (google-upstreams §5.3). */
export function blockReasonOf(response: GenerateContentResponse): string | undefined {
  const reason: unknown = response.promptFeedback?.blockReason
  return typeof reason === 'string' ? reason : undefined
}

/** Whether a response holds part of an answer: text, thoughts, a call, media or code. Events with counts or signatures alone hold none. */
export function hasContent(response: GenerateContentResponse): boolean {
  return partsOf(firstCandidate(response)).some(
    (part) =>
      textOf(part) !== '' ||
      part.functionCall !== undefined ||
      part.inlineData !== undefined ||
      part.executableCode !== undefined ||
      part.codeExecutionResult !== undefined,
  )
}

/** Whether the answer is whole: what Google sends after this, or fails to send, changes nothing. */
export function isFinal(response: GenerateContentResponse): boolean {
  return finishReasonOf(response) !== undefined || blockReasonOf(response) !== undefined
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
