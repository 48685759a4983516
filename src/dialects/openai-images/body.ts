/**
 * OpenAI's image requests, as far as Gemini's models that draw can follow them (docs/google.md: Generation settings,
 * Thinking).
 */
import * as v from 'valibot'
import { ASPECT_RATIOS } from '../../gemini/media/aspect-ratios.ts'
import { asObject, parse, type Parsed } from '../../failure/check.ts'
import { present } from '../../json/record.ts'
import { IMAGE, IMAGE_SIZES, imageConfig } from '../image-config.ts'
import { modelName } from '../model-name.ts'
import { inAllPlaces, inCamelCase, namesOf } from '../spellings.ts'
import { integerFrom1To, oneOf, someText, string } from '../words.ts'
import { lazy } from '../../lazy.ts'

/** OpenAI's own limit. Each image is a call of its own. */
const MAX_IMAGES = 10

const RATIOS: readonly (readonly [string, number])[] = ASPECT_RATIOS.map((name) => {
  const [width = 1, height = 1] = name.split(':').map(Number)
  return [name, width / height]
})
/** How far a size may differ from a ratio and still mean it: 1792x1024 is OpenAI's 16:9. */
const TOLERANCE = 0.05

export interface ImageConfig {
  readonly aspectRatio?: string
  readonly imageSize?: string
}

const SIZE = `must be auto, ${IMAGE_SIZES.join(', ')}, one of the ratios ${ASPECT_RATIOS.join(', ')}, or WIDTHxHEIGHT in one of them, up to 4096`

const size = lazy(() =>
  v.nullish(
    v.pipe(
      string(),
      v.check((text) => toImageConfig(text) !== null, SIZE),
      v.transform((text) => toImageConfig(text) ?? {}),
    ),
    'auto',
  ),
)

/** Gemini's words for it, each by itself as well: other gateways take `aspect_ratio` at the root. */
export const GOOGLE = lazy(() => ({ ...IMAGE(), imageConfig: v.nullish(imageConfig()) }))
const GOOGLE_NAMES = lazy(() => namesOf(GOOGLE()))

export const imageRequest = lazy(() =>
  v.object(
    {
      ...inAllPlaces(GOOGLE()),
      model: modelName(),
      prompt: someText(),
      n: v.nullish(integerFrom1To(MAX_IMAGES), 1),
      size: size(),
      response_format: v.nullish(oneOf(['b64_json', 'url']), 'b64_json'),
      output_format: v.nullish(
        v.pipe(string(), v.picklist(['png'], 'must be png, which is what Gemini draws')),
      ),
      stream: v.nullish(v.literal(false, 'must be false: images are not streamed')),
    },
    'a JSON object',
  ),
)

export type ImageRequest = v.InferOutput<ReturnType<typeof imageRequest>>

export function parseImageRequest(input: unknown): Parsed<ImageRequest> {
  const body = asObject(input)
  return body.ok ? parse(imageRequest(), body.value) : body
}

/** What is said in Gemini's words goes before `size`, and the most deeply nested place first, as in chats. */
export function imageConfigOf(asked: ImageRequest): ImageConfig {
  const { size: inPixels, google, extra_body: extra } = asked
  const atRoot = inCamelCase<ReturnType<typeof GOOGLE>>(GOOGLE_NAMES(), asked)
  const places = [atRoot, google ?? {}, extra?.google ?? {}]
  return Object.assign({}, inPixels, ...places.map(flat)) as ImageConfig
}

function flat({
  aspectRatio,
  imageSize,
  imageConfig: config,
}: ReturnType<typeof inCamelCase<ReturnType<typeof GOOGLE>>>): ImageConfig {
  return { ...present({ aspectRatio, imageSize }), ...config }
}

/**
 * Null if Gemini makes no picture of this size. About a thousand pixels are its default and are not sent, since not
 * every model accepts a size.
 */
function toImageConfig(text: string): ImageConfig | null {
  if (text === 'auto') return {}
  const word = text.toUpperCase()
  if (ASPECT_RATIOS.some((name) => name === word)) return { aspectRatio: word }
  if (IMAGE_SIZES.some((name) => name === word)) return { imageSize: word }
  const [, width = '0', height = '0'] = /^(\d{2,4})x(\d{2,4})$/.exec(text) ?? []
  const [wide, high] = [Number(width), Number(height)]
  const ratio = wide / high
  const nearest = RATIOS.toSorted(([, one], [, other]) => off(one, ratio) - off(other, ratio))[0]
  if (nearest === undefined || !(off(nearest[1], ratio) <= TOLERANCE)) return null
  const longest = Math.max(wide, high)
  if (longest > 4096) return null
  const aspectRatio = nearest[0]
  if (longest <= 1792) return { aspectRatio }
  return { aspectRatio, imageSize: longest <= 2048 ? '2K' : '4K' }
}

function off(one: number, other: number): number {
  return Math.abs(Math.log(one / other))
}
