import { CONTINUATION, endingOf } from './endings.ts'
import type { Blob, Candidate, GenerateContentResponse, Part, UsageMetadata } from './types.ts'

/**
 * These functions read Google's answers, which are typed but not checked. A value of another type counts as absent,
 * so that a malformed answer becomes an empty one and never a crash.
 */
export function firstCandidate(response: GenerateContentResponse): Candidate | undefined {
  const { candidates } = response
  const first: unknown = Array.isArray(candidates) ? candidates[0] : undefined
  return isObject(first) ? first : undefined
}

export function partsOf(candidate: Candidate | undefined): readonly Part[] {
  return listOf(candidate?.content?.parts)
}

/** The objects of a list; an empty list if the value is not a list. */
export function listOf<T extends object>(list: readonly T[] | undefined): readonly T[] {
  if (!Array.isArray(list)) return []
  // Nearly always all items are objects, and this runs for every chunk.
  return list.some(isNoObject) ? list.filter((item): item is T => isObject(item)) : list
}

/** The part's text, or the text of what it heard; empty if it has neither. */
export function textOf(part: Part): string {
  if (typeof part.text === 'string') return part.text
  const heard: unknown = part.audioTranscription?.text
  return typeof heard === 'string' ? heard : ''
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

/**
 * Whether a response holds part of an answer, of whatever kind. False for an event with only counts or signatures.
 */
export function hasContent(response: GenerateContentResponse): boolean {
  return partsOf(firstCandidate(response)).some(isOfAnyKind)
}

/** What an ended answer is that says nothing. */
export type Silence = 'malformed_call' | 'empty_answer'

/**
 * What is wrong with a whole answer that says nothing. Null if it says something, or if its ending explains the
 * silence. `isToldWhole`: as for `isSaying`.
 */
export function silenceOf(
  responses: readonly GenerateContentResponse[],
  isToldWhole = false,
): Silence | null {
  const silence = silenceAfter(responses.findLast(isFinal) ?? {})
  const isSaid = responses.some((response) => isSaying(response, isToldWhole))
  return silence === null || isSaid ? null : silence
}

/**
 * What is wrong if this response ends an answer that said nothing before. Null if it does not end the answer, or if a
 * limit or a filter explains the silence.
 */
export function silenceAfter(response: GenerateContentResponse): Silence | null {
  const reason = finishReasonOf(response)
  if (reason === undefined) return null
  const ending = endingOf(reason)
  if (ending === 'length' || ending === 'filtered') return null
  return ending === 'spoilt_call' ? 'malformed_call' : 'empty_answer'
}

/**
 * Whether a response holds more than thoughts. A call is more, even if it is marked as a thought. `isToldWhole`: its
 * client is told all parts, so that parts of unknown kinds count too.
 */
export function isSaying(response: GenerateContentResponse, isToldWhole = false): boolean {
  const says = isToldWhole ? isOfAnyKind : isContent
  return partsOf(firstCandidate(response)).some(
    (part) => isCall(part) || (part.thought !== true && says(part)),
  )
}

/** Fields of a part that are not its content. */
const BESIDE: ReadonlySet<string> = new Set([
  'text',
  'thought',
  'thoughtSignature',
  'partMetadata',
  'speechMetadata',
])

function isOfAnyKind(part: Part): boolean {
  if (isContent(part)) return true
  for (const key in part) if (!BESIDE.has(key)) return true
  return false
}

function isContent(part: Part): boolean {
  return (
    textOf(part) !== '' ||
    isCall(part) ||
    part.inlineData !== undefined ||
    part.executableCode !== undefined ||
    part.codeExecutionResult !== undefined
  )
}

/** Whether a part holds a call or a piece of one. Nobody can run a call without a name. */
function isCall({ functionCall: call }: Part): boolean {
  if (!isObject(call)) return false
  const { name, partialArgs, willContinue } = call
  const isNamed = typeof name === 'string' && name !== ''
  return isNamed || Array.isArray(partialArgs) || willContinue === true
}

/**
 * The token that fetches the rest of an answer that was longer than one call may give (docs/google.md: Long answers);
 * null if there is no more.
 */
export function continuationOf(response: GenerateContentResponse): string | null {
  if (finishReasonOf(response) !== CONTINUATION) return null
  const token: unknown = firstCandidate(response)?.continuationToken
  return typeof token === 'string' && token !== '' ? token : null
}

/**
 * As `continuationOf`, but also for a response that does not end the answer: should the rest not come, the client may
 * use its token to go on.
 */
export function tokenIn(response: GenerateContentResponse): string | null {
  const token: unknown = firstCandidate(response)?.continuationToken
  return typeof token === 'string' && token !== '' ? token : null
}

/** Whether the answer is complete. Whatever Google sends or fails to send after this changes nothing. */
export function isFinal(response: GenerateContentResponse): boolean {
  return finishReasonOf(response) !== undefined || blockReasonOf(response) !== undefined
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function isNoObject(value: unknown): boolean {
  return !isObject(value)
}
