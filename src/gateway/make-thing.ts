/**
 * Makes things at Google that use a model: caches, batches, interactions. They count like every other use of that
 * model.
 */
import { wellFormedJson } from '../json/well-formed.ts'
import type { Failure } from '../failure/failure.ts'
import type { Operation } from '../gemini/operations.ts'
import type { UsageMetadata } from '../gemini/types.ts'
import { Cuttings } from '../bytes/cuttings.ts'
import { headersOf } from '../upstreams/call.ts'
import type { Verdict } from '../upstreams/verdict.ts'
import { type AttemptInput, type AttemptResult, errorIn, errorText, failed } from './attempt.ts'
import { OUTAGES } from './failure-of.ts'
import type { Answered, JourneyInput, NoAnswer } from './journey-input.ts'
import { patientFetch } from './patient-fetch.ts'
import { serve } from './serve.ts'
import { refusalToTell } from './things.ts'
import { type Scope, scoped } from './verdict-of.ts'

export interface MakeInput extends JourneyInput {
  readonly operation: Operation
  readonly scope: Scope
  /** What follows the host, for the model of the lease. */
  readonly path: (model: string) => string
  readonly body: (model: string) => string
  /** The client's own that Google is to know. */
  readonly headers: Readonly<Record<string, string>>
}

export type Made =
  | {
      readonly ok: true
      readonly generated: Answered
      readonly answer: Response
      /** To be called once, with how the answer ended and what was used if that is known. */
      readonly settle: (verdict: Verdict, usage: UsageMetadata | undefined) => void
    }
  /** No answer came, but Google may have made the thing: asking again could make a second one. */
  | { readonly ok: 'unknown'; readonly failure: Failure }
  | {
      readonly ok: false
      readonly generated: NoAnswer
      /** Google's refusal of the request, if that is why. Clients decide by its status. */
      readonly refusal: Response | null
    }

/**
 * Asks Google to make the thing, under the ring's leases. After a broken connection or a failure at Google it may
 * exist already, and a second one would cost money and belong to nobody. So another credential is tried only if the
 * first was refused, which means that nothing was made.
 */
export async function make(input: MakeInput): Promise<Made> {
  const { path, body, headers: own, settings } = input
  let answer: Response | null = null
  let refusal: Response | null = null
  let failure: Failure = OUTAGES.unreachable
  const attempt = async ({ lease, control }: AttemptInput): Promise<AttemptResult> => {
    const { access, model } = lease
    answer = null
    refusal = null
    const sent = headersOf(access)
    for (const [name, value] of Object.entries(own)) sent.set(name, value)
    try {
      const response = await patientFetch(
        `${settings.geminiApiBaseUrl}${path(model)}`,
        { method: 'POST', headers: sent, body: wellFormedJson(body(model)) },
        { signal: control.signal, ms: settings.answerTimeoutMs },
      )
      if (response.ok) {
        answer = response
        return DONE
      }
      const error = errorIn(response, await errorText(response))
      const refused = failed(access, error)
      const { verdict } = refused
      if (verdict.kind === 'client_fault') refusal = refusalToTell(access, response.status, error)
      if (verdict.kind !== 'upstream_fault') return refused
      failure = OUTAGES[verdict.reason]
      return DONE
    } catch {
      failure = OUTAGES.unreachable
      return DONE
    }
  }
  const generated = await serve({
    ...input,
    unfit: ['vertex', 'code-assist'],
    unfitFor: input.unfitFor ?? [],
    takesCopies: false,
    askUnder: () => ({ method: 'generateContent', json: '{}', cuttings: Cuttings.NONE }),
    attempt,
  })
  if (!generated.ok) return { ok: false, generated, refusal }
  if (answer === null) {
    generated.settle({ kind: 'upstream_fault', reason: 'unreachable' }, undefined)
    return { ok: 'unknown', failure }
  }
  return {
    ok: true,
    generated,
    answer,
    settle: (verdict, usage) => generated.settle(scoped(verdict, input.scope), usage),
  }
}

/** A placeholder: `serve` knows only answers of models, so the thing itself is passed on separately. */
const DONE: AttemptResult = { ok: true, kind: 'unary', response: {} }
