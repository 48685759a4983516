import { jsonResponse } from '../../json/json-response.ts'
import type { JsonDialect } from '../../dialects/dialect.ts'
import type { Handler } from '../call.ts'
import { promptTokens } from './prompt-tokens.ts'
import { read } from './read.ts'

/** POST /v1/responses/input_tokens: how many tokens a prompt has. */
export function inputTokens(dialect: JsonDialect): Handler {
  return async (call, holder) => {
    const sent = await read(dialect, call, holder)
    if (!sent.ok) return sent.reply
    const { understood, cuttings } = sent
    const translated = understood.translate()
    if (!translated.ok) return translated.failure
    if (translated.order === 'as_written') throw new Error('A prompt is not written ahead.')
    const { model, standIn = null } = understood
    const [request] = translated.requests
    const count = await promptTokens(call, holder, { model, standIn, request, cuttings })
    return jsonResponse({ object: 'response.input_tokens', input_tokens: count })
  }
}
