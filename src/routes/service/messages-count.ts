import type { ReadPrompt } from '../../dialects/count-dialect.ts'
import { jsonResponse } from '../../json/json-response.ts'
import { checked } from '../access.ts'
import type { Handler } from '../call.ts'
import { promptTokens } from './prompt-tokens.ts'
import { readCutServiceBody } from './call-journey.ts'

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
