/** Google's log probabilities in OpenAI's form (docs/google.md: Log probabilities; docs/clients.md: Whole answers). */
import { listOf } from '../../gemini/response.ts'
import type { Logprob, LogprobsResult } from '../../gemini/types.ts'

export interface Logprobs {
  readonly content: readonly TokenLogprob[]
  readonly refusal: null
}

interface TopLogprob {
  readonly token: string
  readonly logprob: number
  /** The token's bytes in UTF-8. */
  readonly bytes: readonly number[]
}

interface TokenLogprob extends TopLogprob {
  /** Never missing: without it @ai-sdk/openai drops the chunk (docs/clients.md: Whole answers). */
  readonly top_logprobs: readonly TopLogprob[]
}

/** Null if Google gave none for any token. */
export function toLogprobs(results: readonly LogprobsResult[]): Logprobs | null {
  if (results.length === 0) return null
  const content = results.flatMap(({ chosenCandidates, topCandidates }) =>
    listOf(chosenCandidates).map((chosen, at) => ({
      ...toTop(chosen),
      top_logprobs: listOf(topCandidates?.[at]?.candidates).map(toTop),
    })),
  )
  return content.length === 0 ? null : { content, refusal: null }
}

const utf8 = new TextEncoder()

function toTop({ token: told, logProbability }: Logprob): TopLogprob {
  const token = typeof told === 'string' ? told : ''
  const logprob = typeof logProbability === 'number' ? logProbability : 0
  return { token, logprob, bytes: [...utf8.encode(token)] }
}
