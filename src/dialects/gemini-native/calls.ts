import { firstCandidate, listOf, partsOf } from '../../gemini/response.ts'
import { type CallSignature, MAX_CALL_ID } from '../../gemini/signatures.ts'
import type { GenerateContentResponse } from '../../gemini/types.ts'

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
