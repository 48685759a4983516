import {
  continuationOf,
  finishReasonOf,
  firstCandidate,
  isFinal,
  partsOf,
  type Silence,
  silenceOf,
  usageOf,
} from '../gemini/response.ts'
import type { GenerateContentResponse } from '../gemini/types.ts'
import { addUsage } from '../gemini/usage.ts'
import type { Ask } from '../upstreams/front.ts'
import { attempt, type AttemptInput, type AttemptResult, outage } from './attempt.ts'

/**
 * A Gemini 4 answer that is too long for one call stops with a token, and the same request with that token continues
 * exactly there (docs/google.md: Long answers). The client sees one answer. All hops run under one lease, since other
 * credentials do not know the token. Each hop costs a subrequest and time, so there are at most this many. After
 * that, the answer ends as one that was too long.
 */
export const MAX_HOPS = 8

/** An answer may be silent in any way if the model's first words may be a stop sequence. */
export const ANY_SILENCE: readonly Silence[] = ['empty_answer', 'malformed_call']

/**
 * One attempt at an answer: all hops of a whole answer, but only the first hop of a stream, whose next hops `nextHop`
 * fetches. `borne`: ways of being silent that still count as an answer.
 */
export async function attemptAnswer(
  input: AttemptInput,
  borne: readonly Silence[],
): Promise<AttemptResult> {
  const first = complete(await attempt(input), borne)
  if (!first.ok || first.kind === 'stream') return first
  let whole = first.response
  for (let hops = 1; hops < MAX_HOPS; hops++) {
    const token = continuationOf(whole)
    if (token === null) break
    const next = await nextHop(input, token)
    if (!next.ok) return { ...next, usage: addUsage(usageOf(whole), next.usage) }
    if (next.kind === 'unary') whole = joined(whole, next.response)
  }
  return { ...first, response: whole }
}

/** Makes exactly one call: this client continues a long answer itself. */
export async function attemptOnce(
  input: AttemptInput,
  borne: readonly Silence[],
): Promise<AttemptResult> {
  return complete(await attempt({ ...input, keepsText: true }), borne, true)
}

export async function nextHop(input: AttemptInput, token: string): Promise<AttemptResult> {
  const goingOn = (): Ask => {
    const ask = input.ask()
    const json = `${ask.json.slice(0, -1)},"continuationToken":${JSON.stringify(token)}}`
    return { ...ask, json }
  }
  // The rest may be empty, since everything may have been said before.
  return complete(await attempt({ ...input, ask: goingOn }), ANY_SILENCE)
}

/**
 * Nothing has been told to the client yet, so an answer that has no end or says nothing becomes a failure and may be
 * asked for again. `isToldWhole`: as for `isSaying`.
 */
function complete(
  answer: AttemptResult,
  borne: readonly Silence[],
  isToldWhole = false,
): AttemptResult {
  if (!answer.ok) return answer
  const responses = answer.kind === 'unary' ? [answer.response] : answer.first.responses
  const usage = responses.map(usageOf).findLast((counts) => counts !== undefined)
  if (answer.kind === 'unary' && !isFinal(answer.response)) {
    // Its JSON is whole, so one without candidates was not cut off, but says nothing.
    const isEmpty = firstCandidate(answer.response) === undefined
    return { ...outage(isEmpty ? 'empty_answer' : 'truncated', 200), usage }
  }
  const silence = silenceOf(responses, isToldWhole)
  return silence === null || borne.includes(silence) ? answer : { ...outage(silence, 200), usage }
}

/**
 * Joins two hops: their parts in order, their usage added, everything else from the later hop (docs/google.md: Long
 * answers).
 */
function joined(
  before: GenerateContentResponse,
  after: GenerateContentResponse,
): GenerateContentResponse {
  const [one, other] = [firstCandidate(before), firstCandidate(after)]
  const usageMetadata = addUsage(usageOf(before), usageOf(after))
  const { continuationToken: _, finishReason: __, ...kept } = one ?? {}
  const finishReason = finishReasonOf(after)
  return {
    ...before,
    ...after,
    ...(usageMetadata !== undefined && { usageMetadata }),
    candidates: [
      {
        ...kept,
        ...other,
        content: { role: 'model', parts: [...partsOf(one), ...partsOf(other)] },
        ...(finishReason !== undefined && { finishReason }),
      },
    ],
  }
}
