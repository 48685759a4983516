import { jsonResponse } from '../../json/json-response.ts'
import { Cuttings } from '../../bytes/cuttings.ts'
import type { EmbeddingDialect } from '../../dialects/embedding-dialect.ts'
import { embed } from '../../gateway/embed.ts'
import { estimateTextTokens } from '../../gemini/usage.ts'
import { checked } from '../access.ts'
import type { Handler } from '../call.ts'
import { setIgnored } from './ignored-header.ts'
import { answeringModel, setJourneyHeaders, unanswered } from './journey-headers.ts'
import { journeyFor, outliving, readServiceBody } from './call-journey.ts'
import { sentOf } from './read.ts'

/** Makes the handler of a route that embeds. */
export function embeddings(dialect: EmbeddingDialect): Handler {
  return async (call, holder) => {
    const body = await readServiceBody(call, holder)
    if (!body.ok) return body.reply
    const asked = dialect.read(sentOf(call, holder, body.value, Cuttings.NONE))
    if (!asked.ok) return checked(call, holder, asked.failure)
    const { model, conversation, texts, options, written } = asked
    const estimatedTokens = estimateTextTokens(texts)
    const journey = await journeyFor(call, holder, { conversation, model, estimatedTokens })
    const embedded = await outliving(call, embed({ ...journey, texts, options, written }))
    if (!embedded.ok) return unanswered(call, embedded.generated)
    const { generated } = embedded
    const named = answeringModel(model, generated)
    const response = jsonResponse(asked.tell({ ...embedded, model: named }))
    setJourneyHeaders(response.headers, generated, call)
    setIgnored(response.headers, asked.ignored ?? [])
    return response
  }
}
