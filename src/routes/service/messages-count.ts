import { jsonResponse } from '../../json/json-response.ts'
import type { Cuttings } from '../../bytes/cuttings.ts'
import type { ClaudeModels } from '../../gemini/models/claude.ts'
import type { Failure } from '../../failure/failure.ts'
import type { GenerateContentRequest } from '../../gemini/types.ts'
import { checked } from '../access.ts'
import type { Handler } from '../call.ts'
import { promptTokens } from './prompt-tokens.ts'
import { readCutServiceBody } from './call-journey.ts'

export type ReadPrompt = (
  body: unknown,
  cuttings: Cuttings,
  claudeModels: ClaudeModels,
) =>
  | {
      readonly ok: true
      readonly model: string
      readonly standIn: string | null
      readonly request: GenerateContentRequest
    }
  | { readonly ok: false; readonly failure: Failure }

/**
 * Makes the handler of a route that tells how many tokens a prompt has. Claude Code asks it two dozen times at once,
 * and for each large file in the middle of its work, and waits for the answer.
 */
export function countMessages(readPrompt: ReadPrompt): Handler {
  return async (call, holder) => {
    const body = await readCutServiceBody(call, holder)
    if (!body.ok) return body.reply
    const { value, cuttings } = body
    const read = readPrompt(value, cuttings, call.settings.claudeModels)
    if (!read.ok) return checked(call, holder, read.failure)
    const tokens = await promptTokens(call, holder, { ...read, cuttings })
    return checked(call, holder, jsonResponse({ input_tokens: tokens }))
  }
}
