import type { Cuttings } from '../bytes/cuttings.ts'
import type { Target } from '../gemini/fit/aim.ts'
import type { UsageMetadata } from '../gemini/types.ts'
import { attempt } from './attempt.ts'
import type { Answered, JourneyInput, NoAnswer } from './journey-input.ts'
import { serve } from './serve.ts'

export interface CountInput extends JourneyInput {
  /** What Google is to count, as JSON, for the target of the lease. */
  readonly write: (target: Target) => string
  readonly cuttings: Cuttings
}

export type Counted =
  | {
      readonly ok: true
      readonly generated: Answered
      readonly totalTokens: number
      /** Google's whole answer, as JSON. */
      readonly text: string
    }
  | { readonly ok: false; readonly generated: NoAnswer }

/**
 * Makes Google count the tokens of a request. The call runs under the ring's leases like every other, but costs
 * nothing.
 */
export async function count(input: CountInput): Promise<Counted> {
  const { write, cuttings } = input
  const generated = await serve({
    ...input,
    operation: 'generate',
    scope: 'call',
    askUnder: ({ model, access: { upstream } }) => {
      const json = write({ model, upstream })
      return { method: 'countTokens', json, cuttings }
    },
    attempt: async (asked) => {
      const result = await attempt({ ...asked, keepsText: true })
      return result.ok ? result : { ...result, usage: NO_TOKENS }
    },
  })
  if (!generated.ok) return { ok: false, generated }
  const reply: unknown = generated.kind === 'unary' ? generated.response : null
  const text = generated.kind === 'unary' ? (generated.text ?? '') : ''
  generated.settle({ kind: 'ok', scope: 'call' }, NO_TOKENS)
  return { ok: true, generated, totalTokens: totalOf(reply), text }
}

/** Without a count of use an attempt would be taken for one whose cost is not known (docs/google.md: Checking a credential). */
const NO_TOKENS: UsageMetadata = { totalTokenCount: 0 }

/** Protobuf JSON leaves out zero. */
function totalOf(reply: unknown): number {
  const { totalTokens = 0 } = reply as { totalTokens?: unknown }
  return typeof totalTokens === 'number' && totalTokens >= 0 ? totalTokens : 0
}
