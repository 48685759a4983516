import { CONTINUATION, endingOf } from './endings.ts'
import type { Blob, Candidate, GenerateContentResponse, Part, UsageMetadata } from './types.ts'

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
  return listOf(candidate?.content?.parts)
}

/** The objects of a list; none where it is no list. */
export function listOf<T extends object>(list: readonly T[] | undefined): readonly T[] {
  if (!Array.isArray(list)) return []
  // Nearly always all are, and this runs for every chunk.
  return list.some(isNoObject) ? list.filter((item): item is T => isObject(item)) : list
}

/** The part's text; empty where it has none. */
export function textOf(part: Part): string {
  return typeof part.text === 'string' ? part.text : ''
}

export function finishReasonOf(response: GenerateContentResponse): string | undefined {
  const reason: unknown = firstCandidate(response)?.finishReason
  return typeof reason === 'string' ? reason : undefined
}

/** Why the prompt was blocked (docs/google.md: Blocked prompts). */
export function blockReasonOf(response: GenerateContentResponse): string | undefined {
  const reason: unknown = response.promptFeedback?.blockReason
  return typeof reason === 'string' ? reason : undefined
}

export function isMedia(blob: Part['inlineData'] | undefined): blob is Blob {
  const { mimeType, data } = isObject(blob) ? blob : { mimeType: null, data: null }
  return typeof mimeType === 'string' && typeof data === 'string'
}

export function usageOf(response: GenerateContentResponse): UsageMetadata | undefined {
  const usage: unknown = response.usageMetadata
  return isObject(usage) ? usage : undefined
}

/** Whether a response holds part of an answer: text, thoughts, a call, media or code. Events with counts or signatures alone hold none. */
export function hasContent(response: GenerateContentResponse): boolean {
  return partsOf(firstCandidate(response)).some(isContent)
}

/** Why an answer that has ended says nothing although nothing stopped it; null where it says something, or may be silent. */
export function silenceOf(
  responses: readonly GenerateContentResponse[],
): 'malformed_call' | 'empty_answer' | null {
  const silence = silenceAfter(responses.findLast(isFinal) ?? {})
  return silence === null || responses.some(isSaying) ? null : silence
}

/** What an answer is that this response ends, if nothing was said before; null where that may be, or it ends none. */
export function silenceAfter(
  response: GenerateContentResponse,
): 'malformed_call' | 'empty_answer' | null {
  const reason = finishReasonOf(response)
  if (reason === undefined) return null
  const ending = endingOf(reason)
  if (ending === 'length' || ending === 'filtered') return null
  return ending === 'spoilt_call' ? 'malformed_call' : 'empty_answer'
}

/** Whether it holds more than thoughts. */
export function isSaying(response: GenerateContentResponse): boolean {
  return partsOf(firstCandidate(response)).some((part) => part.thought !== true && isContent(part))
}

function isContent(part: Part): boolean {
  return (
    textOf(part) !== '' ||
    part.functionCall !== undefined ||
    part.inlineData !== undefined ||
    part.executableCode !== undefined ||
    part.codeExecutionResult !== undefined
  )
}

/** What fetches the rest of an answer that is longer than one call may give (docs/google.md: Long answers); null where there is no more. */
export function continuationOf(response: GenerateContentResponse): string | null {
  if (finishReasonOf(response) !== CONTINUATION) return null
  const token: unknown = firstCandidate(response)?.continuationToken
  return typeof token === 'string' && token !== '' ? token : null
}

/** The same of a part of the answer, after which its client may go on by itself should the rest not come. */
export function tokenIn(response: GenerateContentResponse): string | null {
  const token: unknown = firstCandidate(response)?.continuationToken
  return typeof token === 'string' && token !== '' ? token : null
}

/** Whether the answer is whole: what Google sends after this, or fails to send, changes nothing. */
export function isFinal(response: GenerateContentResponse): boolean {
  return finishReasonOf(response) !== undefined || blockReasonOf(response) !== undefined
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function isNoObject(value: unknown): boolean {
  return !isObject(value)
}
