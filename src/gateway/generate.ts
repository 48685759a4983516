import type { GenerateContentRequest, Tool } from '../gemini/types.ts'
import type { Written } from '../dialects/dialect.ts'
import { estimateOutput } from '../gemini/usage.ts'
import { withPreferences } from '../gemini/preferences.ts'
import { mergeSafety } from '../gemini/safety.ts'
import { usesGooglesTools } from '../gemini/googles-tools.ts'
import { isPlain } from '../gemini/plain-request.ts'
import { fit, type Target } from '../gemini/fit/index.ts'
import { callIdsOf } from '../gemini/fit/signatures.ts'
import { stringifyPiecewise } from '../json/piecewise.ts'
import type { Cuttings } from '../bytes/cuttings.ts'
import type { Lease } from '../objects/ledger/lease.ts'
import { ANY_SILENCE, attemptAnswer, attemptOnce } from './continuation.ts'
import type { Wording } from './request-wording.ts'
import type { JourneyInput, ServeInput, Generated } from './journey-input.ts'
import { serve } from './serve.ts'

/** A request that its dialect writes itself. */
export interface WrittenInput extends JourneyInput {
  readonly written: Pick<
    Written,
    'write' | 'callIds' | 'estimatedOutput' | 'mayBeEmpty' | 'isPlain' | 'usesTools'
  >
  readonly cuttings: Cuttings
  readonly stream: boolean
}

export interface GenerateInput extends JourneyInput {
  readonly request: GenerateContentRequest
  /** What was cut out of the request's strings. It is sent as the bytes in which it came. */
  readonly cuttings: Cuttings
  readonly stream: boolean
  /** Whether an answer that says nothing even the second time is passed on to the client. */
  readonly bearsSilence?: boolean
}

/** Generates under the ring's leases. */
export function generate(input: GenerateInput): Promise<Generated> {
  return serve(generating(input))
}

/** The journey of a generation. It is made once, or for several choices once for each. */
export function generating(input: GenerateInput): ServeInput {
  const { request, bearsSilence = false } = input
  // Empty answers are valid here: the model's first words may be a stop sequence.
  const mayBeEmpty = (request.generationConfig?.stopSequences ?? []).length > 0
  return {
    ...input,
    operation: 'generate',
    askUnder: generation(input),
    attempt: (asked, isRepeat) =>
      attemptAnswer(
        asked,
        mayBeEmpty ? ANY_SILENCE : isRepeat && bearsSilence ? ['empty_answer'] : [],
      ),
    mayBeEmpty,
    bearsSilence,
    callIds: callIdsOf(request),
    estimatedOutput: estimateOutput(request),
    isPlain: () => isPlain(request),
    usesTools: () => usesGooglesTools(request.tools),
  }
}

/** The same for a request that its dialect writes itself. */
export function generatingAsWritten(input: WrittenInput): ServeInput {
  const { written, cuttings, stream, settings } = input
  const { callIds, mayBeEmpty, isPlain: isPlainBody, usesTools } = written
  return {
    ...input,
    operation: 'generate',
    isFollowed: true,
    estimatedOutput: written.estimatedOutput,
    askUnder: (lease, wording) => {
      const safety = mergeSafety(settings.safetySettings, lease.preferences.safetySettings)
      const json = written.write({ target: targetOf(lease, wording), safety })
      return { method: stream ? 'streamGenerateContent' : 'generateContent', json, cuttings }
    },
    attempt: (asked) => attemptOnce(asked, mayBeEmpty ? ANY_SILENCE : []),
    mayBeEmpty,
    callIds,
    isPlain: isPlainBody,
    usesTools,
  }
}

/** The request in the form that the upstream of a lease accepts. */
export function generation({
  request,
  cuttings,
  stream,
  settings,
}: GenerateInput): ServeInput['askUnder'] {
  const method = stream ? 'streamGenerateContent' : 'generateContent'
  return (lease, wording) => {
    const preferred = withPreferences(request, lease.preferences, settings.safetySettings)
    return { method, json: jsonOf(fit(preferred, targetOf(lease, wording))), cuttings }
  }
}

/**
 * Deep enough to reach the arguments of a call and the schema of a function. Those parts are the same in each of an
 * agent's turns.
 */
const LEVELS = 6

function jsonOf(request: GenerateContentRequest): string {
  // If nothing recurs, the pieces would only take memory.
  const recurs =
    request.contents.some(Object.isFrozen) || request.tools?.some(declaresFrozen) === true
  return (recurs ? stringifyPiecewise(request, LEVELS) : null) ?? JSON.stringify(request)
}

function declaresFrozen({ functionDeclarations = [] }: Tool): boolean {
  return functionDeclarations.some(Object.isFrozen)
}

function targetOf({ model, signatures, access }: Lease, wording: Wording): Target {
  const { schemas, dummiesOnly } = wording
  const { upstream } = access
  return { model, upstream, schemas, dummiesOnly, ...(signatures && { signatures }) }
}
