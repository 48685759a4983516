import type { Cuttings } from '../../bytes/cuttings.ts'
import type { Failure } from '../../failure/failure.ts'
import { estimatePromptTokens } from '../../gemini/usage.ts'
import { readFields } from './body/fields.ts'
import { readRequest } from './request.ts'

export type Counted =
  | { readonly ok: true; readonly tokens: number }
  | { readonly ok: false; readonly failure: Failure }

/**
 * POST /v1/messages/count_tokens: about how many tokens a prompt has. Claude Code asks two dozen times at once, and in the middle of
 * its work for each large file, and waits for the answer: so it is worked out here, at no cost to the ring.
 */
export function countPrompt(body: unknown, cuttings: Cuttings): Counted {
  const fields = readFields(body, true)
  if (!fields.ok) return { ok: false, failure: fields.failure }
  const read = readRequest(fields.value, cuttings)
  if (!read.ok) return read
  const { request } = read.translate()
  const tokens = estimatePromptTokens(request, (text) => cuttings.lengthOf(text))
  return { ok: true, tokens: Math.max(1, tokens) }
}
