/** The forms of POST /v1/audio/transcriptions and /v1/audio/translations, checked once on arrival. */
import * as v from 'valibot'
import { stripModelPrefix } from '../../gemini/models/find-model.ts'
import { parse, type Parsed, wordOf } from '../../failure/check.ts'
import { lazy } from '../../lazy.ts'

export type Task = 'transcribe' | 'translate'

const FORMATS = ['json', 'text', 'srt', 'vtt', 'verbose_json'] as const
const MAX_PROMPT = 8192

const text = lazy(() => v.string('text'))
const flag = lazy(() =>
  v.pipe(
    text(),
    v.picklist(['true', 'false', '1', '0'], 'must be true or false'),
    v.transform((word) => word === 'true' || word === '1'),
  ),
)
const TEMPERATURE = 'must be a number between 0 and 1'
const temperature = lazy(() =>
  v.pipe(
    text(),
    v.regex(/^\d+(?:\.\d+)?$/, TEMPERATURE),
    v.transform(Number),
    v.maxValue(1, TEMPERATURE),
  ),
)

const common = lazy(() => ({
  file: v.pipe(
    v.instance(File, 'a file'),
    v.check((file) => file.size > 0, 'must not be empty'),
  ),
  model: v.pipe(
    text(),
    v.transform(stripModelPrefix),
    v.regex(/^[A-Za-z0-9][\w.:@-]{0,127}$/, 'must be a model id such as gemini-3.8-flash'),
  ),
  prompt: v.optional(
    v.pipe(text(), v.maxLength(MAX_PROMPT, `must not be longer than ${MAX_PROMPT} characters`)),
  ),
  response_format: v.optional(v.pipe(text(), wordOf(FORMATS)), 'json'),
  temperature: v.optional(temperature()),
}))

const LANGUAGE = 'must be a language code such as en'
const SEGMENTS = 'must be segment: Gemini does not time single words'

/** The fields of each task. */
export const AUDIO_FORMS = lazy(() => ({
  translate: v.object({
    ...common(),
    language: v.optional(v.undefined_()),
    stream: v.optional(v.literal(false), false),
    timestamp_granularities: v.optional(v.array(v.literal('segment')), []),
  }),
  transcribe: v.object({
    ...common(),
    language: v.optional(
      v.pipe(text(), v.regex(/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/, LANGUAGE)),
    ),
    stream: v.optional(flag(), 'false'),
    timestamp_granularities: v.optional(
      v.array(v.pipe(text(), v.literal('segment', SEGMENTS))),
      [],
    ),
  }),
}))

export type AudioRequest = v.InferOutput<ReturnType<typeof AUDIO_FORMS>['transcribe']>

/** Fields of OpenAI's that would change the answer and that Gemini cannot follow. */
const UNSUPPORTED = ['include', 'include[]', 'known_speaker_names[]', 'known_speaker_references[]']

export function parseAudioForm(form: FormData, task: Task): Parsed<AudioRequest> {
  const param = UNSUPPORTED.find((name) => form.has(name))
  if (param !== undefined) {
    const message = `'${param}' is not supported: Gemini gives neither log probabilities nor known speakers with a transcript.`
    return { ok: false, failure: { reason: 'unsupported_parameter', message, param } }
  }
  const parsed = parse(AUDIO_FORMS()[task], fieldsOf(form, task))
  if (!parsed.ok) return parsed
  const audio = parsed.value
  if (audio.stream && audio.response_format !== 'json' && audio.response_format !== 'text') {
    const message = `A stream has no response_format ${audio.response_format}; leave it out, or send json or text.`
    return {
      ok: false,
      failure: { reason: 'unsupported_value', message, param: 'response_format' },
    }
  }
  return parsed
}

const BOTH = ['file', 'model', 'prompt', 'response_format', 'temperature']
const TRANSCRIBING = ['language', 'stream']
const GRANULARITIES = ['timestamp_granularities[]', 'timestamp_granularities']

/** Which fields of the form have no effect on the answer. */
export function ignoredIn(form: FormData, task: Task): readonly string[] {
  const read = task === 'translate' ? BOTH : [...BOTH, ...TRANSCRIBING, ...GRANULARITIES]
  return [...new Set(form.keys())].filter((name) => !read.includes(name) && form.get(name) !== '')
}

/** An empty field counts as left out. Fields that a translation does not have are ignored. */
function fieldsOf(form: FormData, task: Task): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  for (const name of task === 'translate' ? BOTH : [...BOTH, ...TRANSCRIBING]) {
    const value: unknown = form.get(name)
    if (value !== null && value !== '') fields[name] = value
  }
  if (task === 'translate') return fields
  fields['timestamp_granularities'] = GRANULARITIES.flatMap((name) => form.getAll(name))
  return fields
}
