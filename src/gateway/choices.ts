import { choiceId } from '../objects/request-id.ts'
import { DONE } from './attempt.ts'
import { Client } from './client.ts'
import { type Generated, type GenerateInput, generating, serve } from './generate.ts'

export type Answered = Extract<Generated, { ok: true }>
export type Unanswered = Extract<Generated, { ok: false }>

export type Choices =
  /** Exactly as many as were asked for, all whole or all streams. */
  { readonly ok: true; readonly answers: readonly [Answered, ...Answered[]] } | Unanswered

/**
 * `n` answers to one request, by `n` journeys: Google's newer models give one candidate a call. A request has all its choices or
 * none, so the first failure ends the others: a client that reads `choices[1]` must not find less than it asked for.
 */
export async function generateChoices(input: GenerateInput, n: number): Promise<Choices> {
  const serving = generating(input)
  if (n === 1) {
    const only = await serve(serving)
    return only.ok ? { ok: true, answers: [only] } : only
  }
  const client = new Client()
  const release = input.client.whenLeft(() => client.leave())
  // In the order of time: what follows the first is only its consequence.
  const failures: Unanswered[] = []
  const all = await Promise.all(
    Array.from({ length: n }, async (_, index) => {
      const generated = await serve({
        ...serving,
        // Each is counted as a request, and an attempt is known by its request.
        requestId: choiceId(input.requestId, index),
        client,
      })
      if (!generated.ok) {
        failures.push(generated)
        client.leave()
      }
      return generated
    }),
  )
  const answers = all.filter((generated) => generated.ok)
  const [failed] = failures
  if (failed === undefined) {
    const [first, ...others] = answers
    if (first === undefined) throw new Error('No choice was asked for.')
    return { ok: true, answers: [first, ...others] }
  }
  release()
  for (const answer of answers) drop(answer)
  return failed
}

/** An answer that nobody will see: what it used is counted all the same. */
function drop(answer: Answered): void {
  answer.control.abort(DONE)
  if (answer.kind === 'unary') answer.settle({ kind: 'ok' }, answer.response.usageMetadata)
  else answer.settle({ kind: 'cancelled' }, answer.first.responses.at(-1)?.usageMetadata)
}
