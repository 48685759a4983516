import { toImageList } from '../../dialects/openai-images/whole.ts'
import { type ImageRequest, parseImageRequest } from '../../dialects/openai-images/body.ts'
import type { KeyHolder } from '../../gateway/authenticate.ts'
import { verdictOf } from '../../gateway/verdict-of.ts'
import { type Series, generateSeries } from '../../gateway/series.ts'
import type { GenerateContentRequest } from '../../gemini/types.ts'
import { estimateTokens } from '../../gemini/usage.ts'
import { Cuttings } from '../../bytes/cuttings.ts'
import { checked } from '../access.ts'
import type { Call, Reply } from '../call.ts'
import { jsonResponse } from '../../http/json-response.ts'
import { setJourneyHeaders } from './journey-headers.ts'
import { notOfKind } from './model-kind.ts'
import { journeyFor, outliving, readServiceBody } from './journey.ts'

/** POST /v1/images/generations */
export async function images(call: Call, holder: KeyHolder): Promise<Reply> {
  const body = await readServiceBody(call, holder)
  if (!body.ok) return body.reply
  const parsed = parseImageRequest(body.value)
  if (!parsed.ok) return checked(call, holder, parsed.failure)
  const { model, prompt, n, size } = parsed.value
  const wrong = notOfKind(model, 'image')
  if (wrong !== null) return checked(call, holder, wrong)
  const request: GenerateContentRequest = {
    contents: [{ role: 'user', parts: [{ text: prompt }] }],
    generationConfig: {
      responseModalities: ['TEXT', 'IMAGE'],
      ...(Object.keys(size).length > 0 && { imageConfig: size }),
    },
  }
  const estimatedTokens = n * estimateTokens(request)
  const journey = await journeyFor(call, holder, { body: body.value, model, estimatedTokens })
  const requests = Array.from({ length: n }, () => request)
  const made = generateSeries({ ...journey, cuttings: Cuttings.NONE }, requests)
  const series = await outliving(call, made)
  const response = series.ok
    ? answer(call, parsed.value, series)
    : call.family.refuse(series.generated.failure, call.requestId)
  setJourneyHeaders(response.headers, series.generated, call.family)
  return response
}

function answer(
  call: Call,
  { response_format: format }: ImageRequest,
  { generated, responses }: Extract<Series, { ok: true }>,
): Response {
  const drawn = toImageList(responses, format, Math.floor(Date.now() / 1000))
  generated.settle(verdictOf(drawn), responses.at(-1)?.usageMetadata)
  return drawn.ok ? jsonResponse(drawn.list) : call.family.refuse(drawn.failure, call.requestId)
}
