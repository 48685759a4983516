/**
 * What an item says: a string, or parts in the form of the Responses API or of Chat Completions, since clients mix
 * the two.
 */
import { wordOf } from '../../failure/check.ts'
import * as v from 'valibot'
import type { MediaKind } from '../../gemini/media/media-types.ts'
import type { Part } from '../../gemini/types.ts'
import { frozen, onceForFrozen } from '../../json/frozen.ts'
import { isRecord } from '../../json/record.ts'
import { IMAGE_DETAILS, type ImageDetail } from '../openai/image-detail.ts'
import { string } from '../words.ts'
import { lazy } from '../../lazy.ts'

/** A picture, sound or file as the client sent it. */
export interface Media {
  readonly kind: MediaKind
  /** The path of the source within its part, for error messages. */
  readonly field: string
  readonly source: string
  readonly format?: string | null | undefined
  readonly fileName?: string | null | undefined
  readonly detail?: ImageDetail | null | undefined
  /** The part for Gemini. Empty until media.ts fills it in, which happens before anything is translated. */
  readonly part: Part
}

export type ContentPart = string | Media

const text = lazy(() => v.nullish(string()))
const detail = lazy(() => v.nullish(wordOf(IMAGE_DETAILS)))

const said = lazy(() =>
  v.pipe(
    v.object({ text: string() }, 'an object'),
    v.transform((part): ContentPart => part.text),
  ),
)

const refused = lazy(() =>
  v.pipe(
    v.object({ refusal: string() }, 'an object'),
    v.transform((part): ContentPart => part.refusal),
  ),
)

/** Only OpenAI encrypts: what Codex sends as encrypted is what the model said here (docs/clients.md: Responses). */
const encrypted = lazy(() =>
  v.pipe(
    v.object({ encrypted_content: string() }, 'an object'),
    v.transform((part): ContentPart => part.encrypted_content),
  ),
)

const image = lazy(() =>
  v.pipe(
    v.object(
      {
        image_url: v.nullish(
          v.union(
            [
              string(),
              v.pipe(
                v.object({ url: string() }),
                v.transform(({ url }) => url),
              ),
            ],
            'a string',
          ),
        ),
        file_id: text(),
        detail: detail(),
      },
      'an object',
    ),
    v.transform(({ image_url, file_id, detail: level }) =>
      media('image', level, [
        ['image_url', image_url],
        ['file_id', file_id],
      ]),
    ),
  ),
)

const file = lazy(() =>
  v.pipe(
    v.object(
      { file_data: text(), file_url: text(), file_id: text(), filename: text(), detail: detail() },
      'an object',
    ),
    v.transform(({ file_data, file_url, file_id, filename }) => ({
      ...media('file', null, [
        ['file_data', file_data],
        ['file_url', file_url],
        ['file_id', file_id],
      ]),
      fileName: filename,
    })),
  ),
)

const audio = lazy(() =>
  v.pipe(
    v.object(
      {
        input_audio: v.nullish(v.object({ data: string(), format: text() }, 'an object')),
        audio_url: text(),
        file_id: text(),
      },
      'an object',
    ),
    v.transform(({ input_audio: inner, audio_url, file_id }) => ({
      ...media('audio', null, [
        ['input_audio.data', inner?.data],
        ['audio_url', audio_url],
        ['file_id', file_id],
      ]),
      format: inner?.format,
    })),
  ),
)

const PARTS = lazy(() => ({
  input_text: said(),
  output_text: said(),
  text: said(),
  summary_text: said(),
  reasoning_text: said(),
  refusal: refused(),
  encrypted_content: encrypted(),
  input_image: image(),
  image_url: image(),
  computer_screenshot: image(),
  input_file: file(),
  file: v.pipe(
    v.object({ file: file() }, 'an object'),
    v.transform(({ file: inner }): ContentPart => inner),
  ),
  input_audio: audio(),
}))

const TYPES = lazy(() => Object.keys(PARTS()))
const stranger = lazy(() =>
  v.pipe(
    v.object({ type: wordOf(TYPES()) }, 'an object'),
    v.transform((): ContentPart => ''),
  ),
)

const part = lazy(() =>
  v.lazy((input): v.GenericSchema<unknown, ContentPart> => {
    const type = isRecord(input) ? input['type'] : undefined
    return typeof type === 'string' && Object.hasOwn(PARTS(), type)
      ? PARTS()[type as keyof ReturnType<typeof PARTS>]
      : stranger()
  }),
)

const parts = lazy(() => v.array(part()))
const whole = lazy(() =>
  v.pipe(
    v.string('a string or an array of content parts'),
    v.transform((value): ContentPart[] => [value]),
  ),
)

/** Always a list. A string becomes a list of one part. */
export const content = lazy(() => v.lazy((input) => (Array.isArray(input) ? parts() : whole())))

/** The first field that is filled. If none is, the first field is reported as missing. */
function media(
  kind: MediaKind,
  level: ImageDetail | null | undefined,
  fields: readonly [
    readonly [string, string | null | undefined],
    ...(readonly [string, string | null | undefined])[],
  ],
): Media {
  const [field, source] = fields.find(([, value]) => (value ?? '') !== '') ?? fields[0]
  return { kind, field, source: source ?? '', detail: level, part: {} }
}

/** The parts in Gemini's form. Empty texts are left out, since Gemini refuses them. */
export function toParts(content: readonly ContentPart[]): readonly Part[] {
  return Object.isFrozen(content) ? partsOfTexts(content) : partsOf(content)
}

/** Frozen content has no media (items.ts). */
const partsOfTexts = onceForFrozen((content) => frozen(partsOf(content as readonly ContentPart[])))

function partsOf(content: readonly ContentPart[]): readonly Part[] {
  return content.flatMap((each): Part[] => {
    if (typeof each !== 'string') return [each.part]
    return each === '' ? [] : [{ text: each }]
  })
}
