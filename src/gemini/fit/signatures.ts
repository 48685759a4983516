/**
 * Thought signatures (docs/google.md: Thought signatures): a call's own, or where Gemini demands one and there is none, the documented dummy.
 * A signature is for the model and the upstream that made it: others answer 400 to it, so none that is not known to be theirs
 * goes out.
 */
import { MAX_ASKED, MAX_CALL_ID } from '../signatures.ts'
import type { Content, GenerateContentRequest, Part } from '../types.ts'
import type { Aim } from './aim.ts'

/** Google's own way to say that there is none (docs/google.md: Thought signatures). */
const DUMMY = 'skip_thought_signature_validator'
/** Base64 of bytes that begin with 0x12, as those of Gemini 3 do (docs/google.md: Thought signatures). */
const NATIVE = /^E[g-v][A-Za-z0-9+/_-]*={0,2}$/
/** What comes back through a client may be anything. */
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

/** The calls that a lease is asked about: the latest that may need a signature, or bring one that may be another's. */
export function callIdsOf({ contents }: GenerateContentRequest): readonly string[] {
  const ids = contents.flatMap(({ parts }) => {
    const calls = parts.filter(({ functionCall }) => functionCall !== undefined)
    return calls
      .filter((call, index) => index === 0 || call.thoughtSignature !== undefined)
      .flatMap(({ functionCall }) => functionCall?.id ?? [])
  })
  return [...new Set(ids)].filter((id) => id.length <= MAX_CALL_ID).slice(-MAX_ASKED)
}

function isAffected({ functionCall, thoughtSignature }: Part): boolean {
  return functionCall !== undefined || thoughtSignature !== undefined
}

/** A turn begins with a user's content that answers no call (docs/google.md: Thought signatures). */
function opensTurn({ role, parts }: Content): boolean {
  return role !== 'model' && parts.every(({ functionResponse }) => functionResponse === undefined)
}

/** Only a step's first call must be signed, and only in the current turn; those beside it stay as they are (docs/clients.md: Signatures). */
function fitContent(content: Content, aim: Aim, demanded: boolean): Content {
  const first = content.parts.find(({ functionCall }) => functionCall !== undefined)
  const parts = content.parts.map((part) => {
    const own = signatureOf(part, aim)
    const signature = own ?? (part === first && demanded ? DUMMY : undefined)
    if (signature === part.thoughtSignature && part.signedBy === undefined) return part
    const { thoughtSignature: _, signedBy: _maker, ...rest } = part
    return signature === undefined ? rest : { ...rest, thoughtSignature: signature }
  })
  return { ...content, parts }
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
  // Older models have their own form, which nobody has described: they go without.
  return traits.demandsSignatures ? echoed : undefined
}

function knownOf(id: string | undefined, signatures: Aim['signatures']): string | null | undefined {
  return id === undefined ? undefined : signatures?.get(id)
}
