/** What usage answers, to the last field. */
import * as v from 'valibot'
import { usageQuery } from '../src/routes/usage/query.ts'
import {
  type RequestLine,
  USAGE_KEYS,
  USAGE_SPANS,
  type UsageAnswer,
  type UsageLine,
} from '../src/wire/usage.ts'
import { type Answer, type Operations } from './operation.ts'

const text = v.string()
const whole = v.pipe(v.number(), v.integer())
const time = v.pipe(text, v.isoTimestamp())
/** By outcome it is null: kept for all outcomes together. */
const together = v.nullable(whole)

const latency = v.object({
  count: whole,
  sum_ms: whole,
  counts: v.pipe(
    v.array(whole),
    v.description('By `buckets_ms`; the last is of all that were longer'),
  ),
})

const usageLine = v.object({
  start: time,
  model: v.exactOptional(text),
  credential: v.exactOptional(text),
  upstream: v.exactOptional(text),
  outcome: v.exactOptional(text),
  user: v.exactOptional(text),
  attempts: whole,
  ok: whole,
  prompt_tokens: together,
  cached_tokens: together,
  output_tokens: together,
  reasoning_tokens: together,
  tool_use_tokens: together,
  searches: together,
  cost_usd: v.nullable(v.number()),
  unpriced: v.pipe(together, v.description('Attempts whose cost is not known')),
  first_byte: v.nullable(latency),
  whole: v.nullable(latency),
}) satisfies v.GenericSchema<unknown, UsageLine>

const requestLine = v.object({
  start: time,
  user: v.exactOptional(text),
  ok: whole,
  failed: whole,
  refused: whole,
  cancelled: whole,
  lost: whole,
}) satisfies v.GenericSchema<unknown, RequestLine>

const usageAnswer = v.object({
  status: v.literal('ok'),
  now: time,
  version: text,
  user: v.nullable(text),
  from: time,
  to: time,
  span: v.picklist(USAGE_SPANS),
  by: v.array(v.picklist(USAGE_KEYS)),
  as_of: v.pipe(
    v.nullable(time),
    v.description('Of all users: when one’s object told anything last; null: as of now'),
  ),
  buckets_ms: v.array(whole),
  usage: v.array(usageLine),
  requests: v.array(requestLine),
  truncated: v.boolean(),
}) satisfies v.GenericSchema<unknown, UsageAnswer>

/** Of answers that carry an `etag`. */
export const UNCHANGED: Readonly<Record<304, Answer>> = {
  304: { description: 'As in the answer whose `etag` was sent as `if-none-match`', mediaTypes: [] },
}

const answers = {
  200: {
    description: 'Lines by time, and requests beside them; CSV by `format` or `accept`',
    schema: usageAnswer,
    mediaTypes: ['application/json', 'text/csv'],
  },
  ...UNCHANGED,
}

export const usage: Operations = {
  'GET /v1/usage': {
    who: 'user_or_admin',
    summary: 'The own use over time; with the master key that of all users, as it was told last',
    query: usageQuery,
    answers,
  },
  'GET /v1/config/users/{id}/usage': {
    who: 'admin',
    summary: 'The use of a user over time',
    query: usageQuery,
    answers,
  },
}
