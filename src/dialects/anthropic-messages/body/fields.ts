/**
 * The fields of a request except for its messages, checked. `null` counts as absent everywhere. Fields without a
 * schema here are ignored (docs/compatibility.md says what that means for each field of Anthropic's).
 */
import * as v from 'valibot'
import { asObject, type Parsed } from '../../../failure/check.ts'
import { isRecord } from '../../../json/record.ts'
import { lazy } from '../../../lazy.ts'
import { cacheEntries } from '../../cached-content.ts'
import { EFFORT_NAMES } from '../../efforts.ts'
import { modelName } from '../../model-name.ts'
import { boolean, fieldsOf, integer, lowerCaseOf, number, record, string } from '../../words.ts'
import { problemOf, REQUIRED } from './reading.ts'
import { unservedIn } from './unserved.ts'

/** More does not fit into Google's field, and no model gives as much. */
const MAX_TOKENS = 2 ** 31 - 1
/** Google refuses a sixth. */
const MAX_STOP_SEQUENCES = 5

const count = lazy(() =>
  v.pipe(
    integer(),
    v.minValue(1, 'must be at least 1'),
    v.transform((tokens) => Math.min(tokens, MAX_TOKENS)),
  ),
)

function between(min: number, max: number) {
  const message = `must be between ${min} and ${max}`
  return v.nullish(v.pipe(number(), v.minValue(min, message), v.maxValue(max, message)))
}

/** Anthropic's prefix for models of other makers. Claude Code lists such models only with it. */
const VENDOR = /^anthropic\//
/** A client's way to ask for a longer context. Here the model's whole context is always available. */
const LONG_CONTEXT = /\[1m\]$/

const model = lazy(() =>
  v.pipe(
    string(),
    v.transform((name) => name.replace(VENDOR, '').replace(LONG_CONTEXT, '')),
    modelName(),
  ),
)

const format = lazy(() => fieldsOf({ type: lowerCaseOf(['json_schema']), schema: record() }))
export const effort = lazy(() => v.nullish(lowerCaseOf(EFFORT_NAMES)))

const entries = lazy(() => ({
  model: model(),
  ...cacheEntries(),
  messages: v.pipe(
    v.array(v.custom<Readonly<Record<string, unknown>>>(isRecord, 'an object'), 'a list'),
    v.minLength(1, 'must hold at least one message'),
  ),
  system: v.optional(v.unknown()),
  stream: v.nullish(boolean(), false),
  stop_sequences: v.nullish(
    v.pipe(
      v.array(string(), 'a list of strings'),
      v.transform((all) => all.filter((text) => text.trim() !== '')),
      v.maxLength(MAX_STOP_SEQUENCES, `must not be more than ${MAX_STOP_SEQUENCES}`),
    ),
  ),
  temperature: between(0, 2),
  top_p: between(0, 1),
  top_k: v.nullish(integer()),
  tools: v.nullish(
    v.array(v.custom<Readonly<Record<string, unknown>>>(isRecord, 'an object'), 'a list of tools'),
  ),
  tool_choice: v.nullish(
    fieldsOf({
      type: lowerCaseOf(['auto', 'any', 'tool', 'none']),
      name: v.nullish(string()),
      disable_parallel_tool_use: v.nullish(boolean()),
    }),
  ),
  thinking: v.nullish(
    fieldsOf({
      type: lowerCaseOf(['enabled', 'adaptive', 'disabled', 'between_tools']),
      /** -1, Google's own word for it: the model decides (docs/clients.md: Anthropic's Messages). */
      budget_tokens: v.nullish(v.pipe(integer(), v.minValue(-1, 'must not be below -1'))),
      display: v.nullish(string()),
    }),
  ),
  output_config: v.nullish(fieldsOf({ effort: effort(), format: v.nullish(format()) })),
  /** The older name of `output_config.format`. */
  output_format: v.nullish(format()),
  metadata: v.nullish(fieldsOf({ user_id: v.nullish(string()) })),
}))

export const countable = lazy(() =>
  v.object({ ...entries(), max_tokens: v.nullish(count()) }, 'an object'),
)
export const generating = lazy(() => v.object({ ...entries(), max_tokens: count() }, 'an object'))

export type Fields = v.InferOutput<ReturnType<typeof countable>>

/** `isCounted`: the request only counts tokens, so it needs no `max_tokens`. */
export function readFields(body: unknown, isCounted = false): Parsed<Fields> {
  const object = asObject(body)
  if (!object.ok) return object
  const unserved = unservedIn(object.value)
  if (unserved !== null) return { ok: false, failure: unserved }
  const schema = isCounted ? countable() : generating()
  const parsed = v.safeParse(schema, object.value, { abortEarly: true })
  if (parsed.success) return { ok: true, value: parsed.output }
  const [issue] = parsed.issues
  const path = v.getDotPath(issue) ?? 'body'
  if (issue.input === undefined || issue.input === null) {
    return { ok: false, failure: problemOf(path, REQUIRED, 'missing_required_parameter') }
  }
  const isType = issue.type === 'integer' || (issue.kind === 'schema' && issue.type !== 'picklist')
  return isType
    ? { ok: false, failure: problemOf(path, `must be ${wordsOf(issue)}`, 'invalid_type') }
    : { ok: false, failure: problemOf(path, issue.message) }
}

/**
 * What was expected, in the schema's own words. Without any, valibot's default message repeats the value, which may
 * be a secret or a prompt.
 */
function wordsOf({ message, received }: v.BaseIssue<unknown>): string {
  return message.endsWith(`eceived ${received}`) ? 'something else' : message
}
