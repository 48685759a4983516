import { toUsd } from '../../json/money.ts'
import type { Context, Terms, Translated, Understood } from '../../dialects/dialect.ts'
import { costUnder } from '../../gateway/billing.ts'
import type { KeyHolder } from '../../gateway/authenticate.ts'
import type { Answered, JourneyInput } from '../../gateway/journey-input.ts'
import type { Call } from '../call.ts'
import { answeringModel } from './journey-headers.ts'

/** A request on its way to its answer. */
export interface Asked {
  readonly call: Call
  readonly holder: KeyHolder
  readonly understood: Understood
  readonly translated: Translated
  readonly input: JourneyInput
}

export function contextOf({ requestId }: Call): Context {
  return { requestId, createdMs: Date.now() }
}

/**
 * Which fields have no effect on the answer, by the client's own names. `lead` is null until it is known who answers.
 */
export function ignoredBy({ translated }: Asked, lead: Answered | null): readonly string[] {
  const { ignored } = translated
  if (ignored === undefined) return []
  if (lead === null) return ignored(null)
  const { model, access } = lead.lease
  return ignored({ model, upstream: access.upstream })
}

/** What the dialect needs to tell an answer, and what is known only once the lease is granted. */
export function termsOf(asked: Asked, { lease }: Answered, lead: Answered): Terms {
  const { model, access, preferences } = lease
  return {
    model: answeringModel(asked.understood.model, lead),
    target: { model, upstream: access.upstream },
    preferences,
    costOf(usage) {
      const cost = costUnder(lease, usage, { kind: 'ok' })
      return cost === null ? null : toUsd(cost)
    },
  }
}
