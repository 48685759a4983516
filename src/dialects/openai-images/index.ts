import { toWellFormedJson } from '../../json/well-formed.ts'
import { ignoredBy } from '../../gemini/fit/ignored.ts'
import type { GenerateContentRequest } from '../../gemini/types.ts'
import type { JsonDialect, Translated } from '../dialect.ts'
import { IMAGE } from '../image-config.ts'
import { reading, readingInAllPlaces } from '../spellings.ts'
import { unreadWithin } from '../unread-fields.ts'
import { conversationIn } from '../openai/conversation.ts'
import { createdAt } from '../openai/ids.ts'
import { neverStreamed } from '../openai/stream.ts'
import {
  GOOGLE,
  imageConfigOf,
  imageRequest,
  type ImageRequest,
  parseImageRequest,
} from './body.ts'
import { toImageList } from './whole.ts'
import { lazy } from '../../lazy.ts'

const READ = lazy(() =>
  readingInAllPlaces([...Object.keys(imageRequest().entries), 'user'], GOOGLE(), {
    imageConfig: () => reading(IMAGE()),
  }),
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
      translate: () => translated(image, body),
    }
  },
}

function translated(image: ImageRequest, body: unknown): Translated {
  const { prompt, n, response_format: format } = image
  const imageConfig = imageConfigOf(image)
  const request: GenerateContentRequest = {
    contents: [{ role: 'user', parts: [{ text: prompt }] }],
    generationConfig: {
      responseModalities: ['TEXT', 'IMAGE'],
      ...(Object.keys(imageConfig).length > 0 && { imageConfig }),
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
        return {
          ok: true,
          body: toWellFormedJson(drawn.list),
          contentType: 'application/json',
          signatures: [],
        }
      },
      stream: neverStreamed,
    },
    ignored: (target) => [
      ...unreadWithin(body, READ()),
      ...(target === null ? [] : ignoredBy(request, target).map((name) => nameOf(name, image))),
    ],
  }
}

/** The client's word for a setting of Gemini's. */
function nameOf(setting: string, { size }: ImageRequest): string {
  if (setting !== 'imageSize') return setting
  return size.imageSize === undefined ? 'image_config.image_size' : 'size'
}
