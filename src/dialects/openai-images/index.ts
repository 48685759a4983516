import { toWellFormedJson } from '../../json/well-formed.ts'
import type { GenerateContentRequest } from '../../gemini/types.ts'
import type { JsonDialect, Translated } from '../dialect.ts'
import { unreadFields } from '../unread-fields.ts'
import { conversationIn } from '../openai/conversation.ts'
import { createdAt } from '../openai/ids.ts'
import { neverStreamed } from '../openai/stream.ts'
import { imageRequest, type ImageRequest, parseImageRequest } from './body.ts'
import { toImageList } from './whole.ts'
import { lazy } from '../../lazy.ts'

const READ: () => ReadonlySet<string> = lazy(
  () => new Set([...Object.keys(imageRequest().entries), 'user']),
)

/** POST /v1/images/generations: each image is a call of its own. */
export const OPENAI_IMAGES: JsonDialect = {
  sends: 'json',
  read({ body }) {
    const parsed = parseImageRequest(body)
    if (!parsed.ok) return parsed
    const image = parsed.value
    return {
      ok: true,
      model: image.model,
      stream: false,
      conversation: conversationIn(body),
      choices: 1,
      kind: 'image',
      attachments: [],
      translate: () => ({
        ...translated(image),
        ignored: () => unreadFields(body, READ()),
      }),
    }
  },
}

function translated({ prompt, n, size, response_format: format }: ImageRequest): Translated {
  const request: GenerateContentRequest = {
    contents: [{ role: 'user', parts: [{ text: prompt }] }],
    generationConfig: {
      responseModalities: ['TEXT', 'IMAGE'],
      ...(Object.keys(size).length > 0 && { imageConfig: size }),
    },
  }
  const others = Array.from({ length: n - 1 }, () => request)
  return {
    ok: true,
    order: 'in_turn',
    requests: [request, ...others],
    telling: {
      whole(answers, context) {
        const responses = answers.map(({ response }) => response)
        const drawn = toImageList(responses, format, createdAt(context))
        if (!drawn.ok) return { ...drawn, at: responses.length - 1 }
        const body = toWellFormedJson(drawn.list)
        return { ok: true, body, contentType: 'application/json', signatures: [] }
      },
      stream: neverStreamed,
    },
  }
}
