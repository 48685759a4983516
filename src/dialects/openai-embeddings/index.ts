import type { EmbeddingDialect } from '../embedding-dialect.ts'
import { unreadFields } from '../unread-fields.ts'
import { conversationIn } from '../openai/conversation.ts'
import { embeddingRequest, parseEmbeddingRequest } from './body.ts'
import { toEmbeddingList } from './whole.ts'
import { lazy } from '../../lazy.ts'

const READ: () => ReadonlySet<string> = lazy(
  () => new Set([...Object.keys(embeddingRequest().entries), 'user']),
)

/** POST /v1/embeddings */
export const OPENAI_EMBEDDINGS: EmbeddingDialect = {
  read({ body }) {
    const parsed = parseEmbeddingRequest(body)
    if (!parsed.ok) return parsed
    const { model, input, dimensions, encoding_format: format } = parsed.value
    const { task_type, taskType, input_type } = parsed.value
    return {
      ok: true,
      model,
      conversation: conversationIn(body),
      texts: input,
      options: {
        dimensions: dimensions ?? null,
        taskType: task_type ?? taskType ?? input_type ?? null,
      },
      ignored: unreadFields(body, READ()),
      tell: (embedded) => toEmbeddingList(embedded, format),
    }
  },
}
