/** The pictures that a model drew as OpenAI's list of images. */
import type { Failure } from '../../failure/failure.ts'
import { collect } from '../../gemini/answer/collect.ts'
import { endingOf } from '../../gemini/endings.ts'
import { blockReasonOf, finishReasonOf, usageOf } from '../../gemini/response.ts'
import type { GenerateContentResponse } from '../../gemini/types.ts'
import { addUsage, countTokens } from '../../gemini/usage.ts'

export interface ImageList {
  readonly created: number
  readonly data: readonly ({ readonly b64_json: string } | { readonly url: string })[]
  readonly usage: {
    readonly input_tokens: number
    readonly output_tokens: number
    readonly total_tokens: number
    readonly input_tokens_details: { readonly text_tokens: number; readonly image_tokens: number }
  }
}

export type DrawnImages =
  | { readonly ok: true; readonly list: ImageList }
  | { readonly ok: false; readonly failure: Failure }

/** One image from each response. `url` becomes a data URL: no image is stored that a link could point to. */
export function toImageList(
  responses: readonly GenerateContentResponse[],
  format: 'b64_json' | 'url',
  created: number,
): DrawnImages {
  const data: ({ b64_json: string } | { url: string })[] = []
  for (const response of responses) {
    // A model that thinks may sketch before it draws, so the last picture is the result.
    const drawn = collect(response).media.findLast(({ mimeType }) => mimeType.startsWith('image/'))
    if (drawn === undefined) return { ok: false, failure: nothingDrawn(response) }
    const url = `data:${drawn.mimeType};base64,${drawn.data}`
    data.push(format === 'url' ? { url } : { b64_json: drawn.data })
  }
  const usage = responses.map(usageOf).reduce(addUsage)
  const { prompt, output, reasoning } = countTokens(usage)
  return {
    ok: true,
    list: {
      created,
      data,
      usage: {
        input_tokens: prompt,
        output_tokens: output + reasoning,
        total_tokens: prompt + output + reasoning,
        input_tokens_details: { text_tokens: prompt, image_tokens: 0 },
      },
    },
  }
}

function nothingDrawn(response: GenerateContentResponse): Failure {
  const [blocked, finished] = [blockReasonOf(response), finishReasonOf(response)]
  const why = blocked ?? finished ?? ''
  const ending = endingOf(finished ?? '')
  const named = /^[A-Z_]{1,64}$/.test(why) ? ` (${why})` : ''
  if (blocked !== undefined || ending === 'filtered') {
    const message = `Google did not draw this${named}. Change the prompt.`
    return { reason: 'content_filtered', message, param: 'prompt' }
  }
  if (ending === 'length') {
    const message = `The model stopped before it had drawn anything${named}.`
    return { reason: 'upstream_error', message }
  }
  const told = ending === 'stop' ? '' : named
  const message = `The model answered without an image${told}; ask it for one in the prompt.`
  return { reason: 'upstream_error', message }
}
