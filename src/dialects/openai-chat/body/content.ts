/** What a message says: a string or a list of parts (docs/clients.md: Messages). */
import * as v from 'valibot'
import type { MediaKind } from '../../../gemini/media/media-types.ts'
import type { Part } from '../../../gemini/types.ts'
import { frozen, onceForFrozen } from '../../../json/frozen.ts'
import { isRecord } from '../../../json/record.ts'
import { IMAGE_DETAILS, type ImageDetail } from '../../openai/image-detail.ts'
import { oneOf, string } from '../../words.ts'
import { lazy } from '../../../lazy.ts'

/** A picture, sound, film or file as the client sent it. */
export interface Media extends SentMedia {
  /** The part for Gemini. Empty until media-paths.ts fills it in, which happens before anything is translated. */
  readonly part: Part
}

export interface SentMedia {
  readonly kind: MediaKind
  /** The path of the source within its part, for error messages. */
  readonly field: string
  /** A data URL, an address, or base64. */
  readonly source: string
  /** The type as the client names it: a word such as `mp3`, or a MIME type. */
  readonly format?: string | null | undefined
  readonly fileName?: string | null | undefined
  readonly detail?: ImageDetail | null | undefined
  readonly clip?: Clip | null | undefined
}

export type ContentPart = string | Media

const detail = lazy(() => v.nullish(oneOf(IMAGE_DETAILS)))
const text = lazy(() => v.nullish(string()))
const seconds = lazy(() =>
  v.nullish(
    v.pipe(
      string(),
      v.regex(/^\d{1,6}(?:\.\d{1,9})?s?$/, 'must be a number of seconds such as "12.5s"'),
      v.transform((value) => (value.endsWith('s') ? value : `${value}s`)),
    ),
  ),
)
const MAX_FPS = 24 // docs/google.md: Parts
const clip = lazy(() =>
  v.object(
    {
      start_offset: seconds(),
      end_offset: seconds(),
      fps: v.nullish(
        v.pipe(
          v.number('a number'),
          v.gtValue(0, 'must be above 0'),
          v.maxValue(MAX_FPS, `must not be above ${MAX_FPS}`),
        ),
      ),
    },
    'an object',
  ),
)
type Clip = v.InferOutput<ReturnType<typeof clip>>

/** `{"url": "…"}`, or the URL alone (docs/clients.md: Media). */
function linked(of: string) {
  const alone = v.pipe(
    v.string(`an object or a string`),
    v.transform((url) => ({ url, field: of, detail: undefined })),
  )
  const object = v.pipe(
    v.object({ url: string(), detail: detail() }, 'an object or a string'),
    v.transform((link) => ({ url: link.url, field: `${of}.url`, detail: link.detail })),
  )
  return v.lazy((input) => (typeof input === 'string' ? alone : object))
}

const PARTS = lazy(() => ({
  text: v.pipe(
    v.object({ text: string() }),
    v.transform((part) => part.text),
  ),
  refusal: v.pipe(
    v.object({ refusal: string() }),
    v.transform((part) => part.refusal),
  ),
  image_url: v.pipe(
    v.object({ image_url: linked('image_url') }),
    v.transform(({ image_url: { url, ...rest } }): Media =>
      media({
        kind: 'image',
        source: url,
        ...rest,
      }),
    ),
  ),
  // The form of OpenAI's Assistants, which clients made for those still send.
  image_file: v.pipe(
    v.object({ image_file: v.object({ file_id: string(), detail: detail() }, 'an object') }),
    v.transform(({ image_file: { file_id, detail: level } }): Media =>
      media({ kind: 'image', source: file_id, field: 'image_file.file_id', detail: level }),
    ),
  ),
  video_url: v.pipe(
    v.object({ video_url: linked('video_url') }),
    v.transform(({ video_url: { url, field } }): Media =>
      media({ kind: 'video', source: url, field }),
    ),
  ),
  input_audio: v.pipe(
    v.object({ input_audio: v.object({ data: string(), format: text() }, 'an object') }),
    v.transform(({ input_audio: { data, format } }): Media =>
      media({
        kind: 'audio',
        source: data,
        field: 'input_audio.data',
        format,
      }),
    ),
  ),
  file: v.pipe(
    v.object({
      file: v.object(
        { file_data: text(), file_id: text(), file_url: text(), filename: text(), format: text() },
        'an object',
      ),
    }),
    v.transform(({ file }): Media =>
      media({
        kind: 'file',
        ...sourceOf('file', [
          ['file_data', file.file_data],
          ['file_url', file.file_url],
          ['file_id', file.file_id],
        ]),
        format: file.format,
        fileName: file.filename,
      }),
    ),
  ),
  // Two forms that the older gemini-cli-openai offered to its users.
  input_video: v.pipe(
    v.object({
      input_video: v.object(
        { data: text(), url: text(), format: text(), videoMetadata: v.nullish(clip()) },
        'an object',
      ),
    }),
    v.transform(({ input_video: video }): Media =>
      media({
        kind: 'video',
        ...sourceOf('input_video', [
          ['data', video.data],
          ['url', video.url],
        ]),
        format: video.format,
        clip: video.videoMetadata,
      }),
    ),
  ),
  input_pdf: v.pipe(
    v.object({ input_pdf: v.object({ data: text(), url: text() }, 'an object') }),
    v.transform(({ input_pdf: pdf }): Media =>
      media({
        kind: 'file',
        ...sourceOf('input_pdf', [
          ['data', pdf.data],
          ['url', pdf.url],
        ]),
        format: 'application/pdf',
      }),
    ),
  ),
}))

function media(source: SentMedia): Media {
  return { ...source, part: {} }
}

/** The first field that is filled. If none is, the first field is reported as missing. */
function sourceOf(
  of: string,
  fields: readonly [
    readonly [string, string | null | undefined],
    ...(readonly [string, string | null | undefined])[],
  ],
): { field: string; source: string } {
  const [name, value] = fields.find(([, source]) => (source ?? '') !== '') ?? fields[0]
  return { field: `${of}.${name}`, source: value ?? '' }
}

const TYPES = lazy(() => Object.keys(PARTS()))
const stranger = lazy(() =>
  v.pipe(
    v.object({ type: oneOf(TYPES()) }, 'an object'),
    v.transform((): ContentPart => ''),
  ),
)

const part = lazy(() =>
  v.lazy((input) => {
    const type = isRecord(input) ? input['type'] : undefined
    return isPartType(type) ? PARTS()[type] : stranger()
  }),
)

function isPartType(type: unknown): type is keyof ReturnType<typeof PARTS> {
  return typeof type === 'string' && Object.hasOwn(PARTS(), type)
}

const parts = lazy(() => v.array(part()))
const whole = lazy(() =>
  v.pipe(
    v.string('a string or an array of content parts'),
    v.transform((value): ContentPart[] => [value]),
  ),
)

/** Always a list. A string becomes a list of one part. */
export const content = lazy(() => v.lazy((input) => (Array.isArray(input) ? parts() : whole())))

/**
 * Pictures of an earlier answer that the client sends back unchanged (media.ts). Anything else that clients store
 * under this name is ignored.
 */
export const drawnImages = lazy(() =>
  v.pipe(
    v.unknown(),
    v.transform((images) =>
      (Array.isArray(images) ? images : []).filter(
        (image) => isRecord(image) && image['type'] === 'image_url',
      ),
    ),
    parts(),
  ),
)

export type MessageContent = v.InferOutput<ReturnType<typeof content>>

/** The parts in Gemini's form. Empty texts are left out, since Gemini refuses them (docs/clients.md: Messages). */
export function toParts(said: MessageContent): readonly Part[] {
  return Object.isFrozen(said) ? partsOfWords(said) : partsOf(said)
}

/** Frozen content holds no media (message-schema.ts). */
const partsOfWords = onceForFrozen((said) => frozen(partsOf(said as MessageContent)))

function partsOf(said: MessageContent): readonly Part[] {
  const filled = said.includes('') ? said.filter((part) => part !== '') : said
  return filled.map((part) => (typeof part === 'string' ? { text: part } : part.part))
}
