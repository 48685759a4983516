import { choiceId } from '../objects/ledger/request-id.ts'
import { DONE } from './attempt.ts'
import { Client } from './client.ts'
import type { Answered, Generated, NoAnswer, ServeInput } from './journey-input.ts'
import {
  type GenerateInput,
  generating,
  generatingAsWritten,
  type WrittenInput,
} from './generate.ts'
import { serve } from './serve.ts'

/** The answers of one request, as many as were asked for. All or none. */
export type Answers =
  | {
      readonly ok: true
      /** All whole or all streams, each to be settled. */
      readonly all: readonly [Answered, ...Answered[]]
      /** The one whose lease speaks for the request. */
      readonly lead: Answered
      /** The attempts of all answers together. */
      readonly attempts: number
    }
  | NoAnswer

/**
 * `n` answers to one request, by `n` journeys: Google's newer models give one candidate a call. A request has all its choices or
 * none, so the first failure ends the others: a client that reads `choices[1]` must not find less than it asked for.
 */
export async function generateChoices(input: GenerateInput, n: number): Promise<Answers> {
  const serving = generating(input)
  if (n === 1) {
    const only = await serve(serving)
    return only.ok ? together([only]) : only
  }
  const client = new Client()
  const release = input.client.whenLeft(() => client.leave())
  // In the order in which they happened. The first failure ends the other choices, so later failures are only its
  // consequence.
  const failures: NoAnswer[] = []
  const one = async (index: number, more: Partial<ServeInput> = {}): Promise<Generated> => {
    // Each choice needs an id of its own: it counts as a request, and an attempt is identified by its request.
    const requestId = choiceId(input.requestId, index)
    const generated = await serve({ ...serving, ...more, requestId, client })
    if (!generated.ok) {
      failures.push(generated)
      client.leave()
    }
    return generated
  }
  // The first choice asks for the places of all. If they do not fit, no other is made: a refused request must not use up
  // anything.
  const { promise: answered, resolve: whenAnswered } = Promise.withResolvers<boolean>()
  const first = one(0, { choices: n, whenAnswered })
  const fits = await Promise.race([answered, first.then(() => false)])
  const others = fits ? Array.from({ length: n - 1 }, (_, index) => one(index + 1)) : []
  const ended = await Promise.allSettled([first, ...others])
  const crash = ended.find((one) => one.status === 'rejected')
  const all = ended.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  if (crash !== undefined) {
    for (const answer of all) if (answer.ok) drop(answer)
    throw crash.reason
  }
  const answers = all.filter((generated) => generated.ok)
  const [failed] = failures
  if (failed === undefined) {
    const [told, ...rest] = answers
    if (told === undefined) throw new Error('No choice was asked for.')
    return together([told, ...rest])
  }
  release()
  for (const answer of answers) drop(answer)
  return failed
}

/** For a request that its dialect writes itself. It has one answer. */
export async function generateAsWritten(input: WrittenInput): Promise<Answers> {
  const only = await serve(generatingAsWritten(input))
  return only.ok ? together([only]) : only
}

function together(all: readonly [Answered, ...Answered[]]): Answers {
  const attempts = all.reduce((sum, one) => sum + one.attempts, 0)
  return { ok: true, all, lead: all[0], attempts }
}

/** Ends an answer that nobody will see. What it used still counts. */
function drop(answer: Answered): void {
  answer.control.abort(DONE)
  if (answer.kind === 'unary') answer.settle({ kind: 'ok' }, answer.response.usageMetadata)
  else answer.settle({ kind: 'cancelled' }, answer.first.responses.at(-1)?.usageMetadata)
}
