/** The form of POST /v1/files and the query of GET /v1/files, checked once on arrival. */
import * as v from 'valibot'
import { parse, type Parsed } from '../../failure/check.ts'
import { SentFile } from '../../bytes/sent-file.ts'
import { lazy } from '../../lazy.ts'

/** OpenAI's purposes. Pollux stores a file's purpose, but nothing depends on it. */
const PURPOSE = 'must be a purpose such as user_data, assistants, vision, batch, fine-tune or evals'
const purpose = lazy(() => v.pipe(v.string('text'), v.regex(/^[a-z][a-z_-]{0,63}$/, PURPOSE)))

export const FILE_FORM = lazy(() =>
  v.object({
    file: v.pipe(
      v.instance(SentFile, 'a file'),
      v.check((file) => file.size > 0, 'must not be empty'),
    ),
    purpose: purpose(),
  }),
)

export function readFileForm(
  sent: Readonly<Record<string, unknown>>,
): Parsed<{ readonly purpose: string }> {
  return parse(FILE_FORM(), sent)
}

const MAX_LIMIT = 10_000
const LIMIT = `must be a whole number from 1 to ${MAX_LIMIT}`

export const FILE_QUERY = lazy(() =>
  v.object({
    after: v.optional(v.string()),
    limit: v.optional(
      v.pipe(
        v.string(),
        v.regex(/^\d{1,5}$/, LIMIT),
        v.transform(Number),
        v.minValue(1, LIMIT),
        v.maxValue(MAX_LIMIT, LIMIT),
      ),
      String(MAX_LIMIT),
    ),
    order: v.optional(v.picklist(['asc', 'desc'], 'must be asc or desc'), 'desc'),
    purpose: v.optional(purpose()),
  }),
)

export type FileQuery = v.InferOutput<ReturnType<typeof FILE_QUERY>>

export function readFileQuery(params: URLSearchParams): Parsed<FileQuery> {
  return parse(FILE_QUERY(), Object.fromEntries(params))
}
