import type { JsonDialect } from '../../dialects/dialect.ts'
import type { KeyHolder } from '../../gateway/authenticate.ts'
import { estimateTokens } from '../../gemini/usage.ts'
import type { Call, Reply } from '../call.ts'
import { read } from './read.ts'

/** POST /v1/responses/input_tokens: how long a request would be, by the estimate that limits go by. */
export function inputTokens(
  dialect: JsonDialect,
): (call: Call, holder: KeyHolder) => Promise<Reply> {
  return async (call, holder) => {
    const sent = await read(dialect, call, holder)
    if (!sent.ok) return sent.reply
    const { understood, cuttings } = sent
    const translated = understood.translate()
    if (!translated.ok) return translated.failure
    const count =
      translated.order === 'as_written'
        ? translated.estimatedTokens
        : estimateTokens(translated.requests[0], (text) => cuttings.lengthOf(text))
    return Response.json({ object: 'response.input_tokens', input_tokens: count })
  }
}
