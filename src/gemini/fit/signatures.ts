/**
 * Thought signatures (docs/google.md: Thought signatures). Only the model and upstream that made a signature accept
 * it; any other answers 400. So a signature is sent only if it is known to be theirs. Where Gemini demands a
 * signature and there is none, the documented dummy is sent.
 */
import { MAX_ASKED, MAX_CALL_ID } from '../signatures.ts'
import type { Content, GenerateContentRequest, Part } from '../types.ts'
import type { Aim } from './aim.ts'

/** Google's documented value for "there is no signature" (docs/google.md: Thought signatures). */
const DUMMY = 'skip_thought_signature_validator'
/** Base64 of bytes that begin with 0x12, as signatures of Gemini 3 do (docs/google.md: Thought signatures). */
const NATIVE = /^E[g-v][A-Za-z0-9+/_-]*={0,2}$/
/** A signature that comes back through a client may be any text. */
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/

export function fitSignatures(request: GenerateContentRequest, aim: Aim): GenerateContentRequest {
  const { contents } = request
  if (!contents.some(({ parts }) => parts.some(isAffected))) return request
  const current = contents.findLastIndex(opensTurn)
  const demanded = aim.dummiesOnly === true || aim.traits.demandsSignatures
  return {
    ...request,
    contents: contents.map((content, index) =>
      content.role === 'model' ? fitContent(content, aim, demanded && index > current) : content,
    ),
  }
}

/**
 * Ids of the calls that a lease looks up: the latest calls that may need a signature, or that bring one which another
 * model may have made.
 */
export function callIdsOf({ contents }: GenerateContentRequest): readonly string[] {
  const ids = new Set<string>()
  for (const { parts } of contents) {
    let isFirst = true
    for (const { functionCall, thoughtSignature } of parts) {
      if (functionCall === undefined) continue
      const { id } = functionCall
      const isAsked = isFirst || thoughtSignature !== undefined
      if (isAsked && id !== undefined && id.length <= MAX_CALL_ID) ids.add(id)
      isFirst = false
    }
  }
  return [...ids].slice(-MAX_ASKED)
}

function isAffected({ functionCall, thoughtSignature }: Part): boolean {
  return functionCall !== undefined || thoughtSignature !== undefined
}

/** A turn begins with a user's content that answers no call (docs/google.md: Thought signatures). */
function opensTurn({ role, parts }: Content): boolean {
  return role !== 'model' && parts.every(({ functionResponse }) => functionResponse === undefined)
}

/**
 * Google demands a signature only from the first call of each step, and only in the current turn. The calls beside it
 * stay as they are (docs/clients.md: Signatures).
 */
function fitContent(content: Content, aim: Aim, demanded: boolean): Content {
  const first = content.parts.find(({ functionCall }) => functionCall !== undefined)
  const parts = content.parts.map((part) => {
    const own = signatureOf(part, aim)
    const signature = own ?? (part === first && demanded ? DUMMY : undefined)
    if (signature === part.thoughtSignature && part.signedBy === undefined) return part
    const { thoughtSignature: _, signedBy: _maker, ...rest } = part
    return signature === undefined ? rest : { ...rest, thoughtSignature: signature }
  })
  const isSame = parts.every((part, at) => part === content.parts[at])
  return isSame ? content : { ...content, parts }
}

function signatureOf(
  { functionCall, thoughtSignature: echoed, signedBy: maker }: Part,
  { model, upstream, traits, signatures, dummiesOnly }: Aim,
): string | undefined {
  if (dummiesOnly === true) return undefined
  const known = knownOf(functionCall?.id, signatures)
  if (known !== undefined) return known ?? undefined
  if (echoed === undefined) return undefined
  if (maker !== undefined) {
    const isOwn = maker.model === model && maker.upstream === upstream
    return isOwn && BASE64.test(echoed) ? echoed : undefined
  }
  if (!NATIVE.test(echoed)) return undefined
  // Signatures of older models have another form, which nobody has described, so theirs are left out.
  return traits.demandsSignatures ? echoed : undefined
}

function knownOf(id: string | undefined, signatures: Aim['signatures']): string | null | undefined {
  return id === undefined ? undefined : signatures?.get(id)
}
