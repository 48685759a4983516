import { calledName, MODULE } from '../../gemini/answer/called-name.ts'
import { firstCandidate, listOf, partsOf } from '../../gemini/response.ts'
import { type CallSignature, MAX_CALL_ID } from '../../gemini/signatures.ts'
import type { GenerateContentResponse, Part } from '../../gemini/types.ts'
import { fieldOf, recordsOf, textOf } from './fields.ts'

/**
 * The signatures of a response's calls, by Google's ids of the calls. Some clients lose the signature but keep the
 * id.
 */
export function signaturesIn(response: GenerateContentResponse): readonly CallSignature[] {
  const parts = partsOf(firstCandidate(response))
  if (!parts.some(({ functionCall }) => functionCall !== undefined)) return []
  return listOf(parts).flatMap(({ functionCall, thoughtSignature: signature }) => {
    const callId: unknown = functionCall?.id
    if (typeof callId !== 'string' || callId === '' || callId.length > MAX_CALL_ID) return []
    return typeof signature === 'string' ? [{ callId, signature }] : []
  })
}

/**
 * The names of a request's functions that begin with the module's name. Such a function is called by exactly this
 * name.
 */
export function moduledNames(tools: unknown): ReadonlySet<string> {
  const names = recordsOf(tools)
    .flatMap((tool) => recordsOf(fieldOf(tool, 'functionDeclarations')))
    .flatMap((declared) => textOf(declared, 'name') ?? [])
  return new Set(names.filter((name) => MODULE.test(name)))
}

/**
 * The response with its functions under the names that the client declared. Returns the same object if nothing
 * changes.
 */
export function withCalledNames(
  response: GenerateContentResponse,
  declared: ReadonlySet<string>,
): GenerateContentResponse {
  let isChanged = false
  const named = (part: Part): Part => {
    const name: unknown = part.functionCall?.name
    if (typeof name !== 'string' || declared.has(name) || calledName(name) === name) return part
    isChanged = true
    return { ...part, functionCall: { ...part.functionCall, name: calledName(name) } }
  }
  const candidates = listOf(response.candidates).map((candidate) => ({
    ...candidate,
    content: { ...candidate.content, parts: partsOf(candidate).map(named) },
  }))
  return isChanged ? ({ ...response, candidates } as GenerateContentResponse) : response
}
