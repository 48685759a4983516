import type { KeyHolder } from '../../gateway/authenticate.ts'
import { conversationIn } from '../../dialects/openai/conversation.ts'
import { toEmbeddingList } from '../../dialects/openai-embeddings/whole.ts'
import { parseEmbeddingRequest } from '../../dialects/openai-embeddings/body.ts'
import { embed } from '../../gateway/embed.ts'
import { estimateTextTokens } from '../../gemini/usage.ts'
import { checked } from '../access.ts'
import type { Call, Reply } from '../call.ts'
import { answeringModel, setJourneyHeaders, unanswered } from './journey-headers.ts'
import { journeyFor, outliving, readServiceBody } from './journey.ts'

/** POST /v1/embeddings */
export async function embeddings(call: Call, holder: KeyHolder): Promise<Reply> {
  const body = await readServiceBody(call, holder)
  if (!body.ok) return body.reply
  const parsed = parseEmbeddingRequest(body.value)
  if (!parsed.ok) return checked(call, holder, parsed.failure)
  const { model, input, dimensions, encoding_format: format } = parsed.value
  const { task_type, taskType, input_type } = parsed.value
  const estimatedTokens = estimateTextTokens(input)
  const journey = await journeyFor(call, holder, {
    conversation: conversationIn(body.value),
    model,
    estimatedTokens,
  })
  const options = {
    dimensions: dimensions ?? null,
    taskType: task_type ?? taskType ?? input_type ?? null,
  }
  const embedded = await outliving(call, embed({ ...journey, texts: input, options }))
  if (!embedded.ok) return unanswered(call, embedded.generated)
  const named = answeringModel(model, embedded.generated)
  const response = Response.json(toEmbeddingList({ ...embedded, model: named }, format))
  setJourneyHeaders(response.headers, embedded.generated, call.family)
  return response
}
