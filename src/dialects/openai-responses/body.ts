/**
 * The body of POST /v1/responses, checked once on arrival. `null` counts as absent everywhere, and unknown fields are
 * ignored.
 */
import * as v from 'valibot'
import { asObject, type Parsed, parse } from '../../failure/check.ts'
import type { Failure } from '../../failure/failure.ts'
import { isRecord } from '../../json/record.ts'
import { cacheEntries } from '../cached-content.ts'
import { modelName } from '../model-name.ts'
import { stop } from '../openai/stops.ts'
import { boolean, fieldsOf, integer, lowerCaseOf, number, record, string } from '../words.ts'
import { count } from '../openai/counts.ts'
import { effort, format } from './configuration.ts'
import { type Item, items } from './items.ts'
import { toolChoice, toolList } from './tool-schema.ts'
import { lazy } from '../../lazy.ts'

function between(min: number, max: number) {
  const message = `must be between ${min} and ${max}`
  return v.nullish(v.pipe(number(), v.minValue(min, message), v.maxValue(max, message)))
}

/** Forms that are filled in send an empty id for none. */
const id = lazy(() =>
  v.pipe(
    string(),
    v.maxLength(256, 'must not be longer than 256 characters'),
    v.transform((given) => (given === '' ? null : given)),
  ),
)
const conversationObject = lazy(() =>
  v.pipe(
    v.object({ id: id() }, 'a string or an object'),
    v.transform((given) => given.id),
  ),
)

const fields = lazy(() => ({
  model: modelName(),
  ...cacheEntries(),
  instructions: v.nullish(
    v.lazy((input) => (Array.isArray(input) ? items() : v.string('a string'))),
  ),
  stream: v.nullish(boolean(), false),
  store: v.nullish(boolean(), true),
  previous_response_id: v.nullish(id()),
  conversation: v.nullish(v.lazy((input) => (isRecord(input) ? conversationObject() : id()))),
  tools: v.nullish(toolList(), []),
  tool_choice: v.nullish(toolChoice()),
  parallel_tool_calls: v.nullish(boolean()),
  reasoning: v.nullish(
    fieldsOf({
      effort: effort(),
      summary: v.nullish(string()),
      generate_summary: v.nullish(string()),
    }),
  ),
  text: v.nullish(
    fieldsOf({
      format: format(),
      verbosity: v.nullish(lowerCaseOf(['low', 'medium', 'high'])),
    }),
  ),
  max_output_tokens: count(),
  temperature: between(0, 2),
  top_p: between(0, 1),
  top_k: count(),
  top_logprobs: v.nullish(
    v.pipe(
      integer(),
      v.minValue(0, 'must be between 0 and 20'),
      v.maxValue(20, 'must be between 0 and 20'),
    ),
  ),
  seed: v.nullish(integer()),
  stop: stop(),
  presence_penalty: between(-2, 2),
  frequency_penalty: between(-2, 2),
  include: v.nullish(v.array(string(), 'an array of strings'), []),
  service_tier: v.nullish(string()),
  stream_options: v.nullish(record()),
  // Repeated in the answer, whose readers rely on their types.
  max_tool_calls: v.nullish(integer()),
  metadata: v.nullish(record()),
  prompt_cache_key: v.nullish(string()),
  prompt_cache_retention: v.nullish(string()),
  safety_identifier: v.nullish(string()),
  truncation: v.nullish(string()),
  user: v.nullish(string()),
}))

const asText = lazy(() =>
  v.pipe(
    v.string('a string or an array of items'),
    v.transform((text): Item[] => [{ type: 'message', role: 'user', content: [text] }]),
  ),
)

export const responsesRequest = lazy(() =>
  v.object(
    {
      ...fields(),
      input: v.nullish(
        v.lazy((input): v.GenericSchema<unknown, Item[]> =>
          Array.isArray(input) ? (items() as v.GenericSchema<unknown, Item[]>) : asText(),
        ),
        [],
      ),
    },
    'a JSON object',
  ),
)

export type ResponsesRequest = v.InferOutput<ReturnType<typeof responsesRequest>>

/** Fields that would change what the answer means, so they must not be ignored. Each has the reason for its refusal. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  background: 'answers come while the client waits',
  prompt: 'there are no stored prompts; send instructions and input',
}

export function parseBody(
  input: unknown,
): Parsed<{ readonly raw: Readonly<Record<string, unknown>>; readonly asked: ResponsesRequest }> {
  const object = asObject(input)
  if (!object.ok) return object
  const raw = object.value
  const refused = unsupportedIn(raw)
  if (refused !== null) return { ok: false, failure: refused }
  const parsed = parse(responsesRequest(), raw)
  if (!parsed.ok) return parsed
  const asked = parsed.value
  if (asked.previous_response_id && asked.conversation) return { ok: false, failure: BOTH }
  return { ok: true, value: { raw, asked } }
}

function unsupportedIn(raw: Readonly<Record<string, unknown>>): Failure | null {
  for (const [param, why] of Object.entries(UNSUPPORTED)) {
    const value = raw[param]
    if (value === undefined || value === null || value === false) continue
    const message = `'${param}' is not supported here: ${why}.`
    return { reason: 'unsupported_parameter', message, param }
  }
  return null
}

/** Parses stored items again. An item that no longer fits the schema is left out. */
export function parseStored(texts: readonly string[]): readonly Item[] {
  return texts.flatMap((text) => {
    const parsed = v.safeParse(items(), [JSON.parse(text)])
    return parsed.success ? parsed.output : []
  })
}

const BOTH: Failure = {
  reason: 'invalid_value',
  message: "'previous_response_id' and 'conversation' cannot be used together.",
  param: 'previous_response_id',
}
