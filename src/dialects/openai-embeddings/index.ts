import type { EmbeddingDialect } from '../embedding-dialect.ts'
import { readingInAllPlaces } from '../spellings.ts'
import { unreadWithin } from '../unread-fields.ts'
import { conversationIn } from '../openai/conversation.ts'
import { embeddingRequest, GOOGLE, optionsOf, parseEmbeddingRequest } from './body.ts'
import { toEmbeddingList } from './whole.ts'
import { lazy } from '../../lazy.ts'

const READ = lazy(() =>
  readingInAllPlaces([...Object.keys(embeddingRequest().entries), 'user'], GOOGLE()),
)

/** POST /v1/embeddings */
export const OPENAI_EMBEDDINGS: EmbeddingDialect = {
  read({ body }) {
    const parsed = parseEmbeddingRequest(body)
    if (!parsed.ok) return parsed
    const { model, input, encoding_format: format } = parsed.value
    return {
      ok: true,
      model,
      conversation: conversationIn(body),
      texts: input,
      options: optionsOf(parsed.value),
      ignored: unreadWithin(body, READ()),
      tell: (embedded) => toEmbeddingList(embedded, format),
    }
  },
}
