/** What routes about usage answer, in full. */
import * as v from 'valibot'
import type { AttemptLine, RequestEntry, RequestsAnswer } from '../src/wire/requests.ts'
import { requestsQuery } from '../src/routes/usage/requests.ts'
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
/** Null if `by` names the outcome: these are counted for all outcomes together. */
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

export const usageAnswer = v.object({
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

/** For answers that have an `etag`. */
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

const attemptLine = v.object({
  credential: text,
  model: text,
  upstream: v.nullable(text),
  verdict: text,
  reason: v.nullable(text),
  status: v.pipe(whole, v.description('HTTP status of Google’s; 0: none arrived')),
  ms: v.nullable(whole),
  first_byte_ms: v.nullable(whole),
}) satisfies v.GenericSchema<unknown, AttemptLine>

const requestEntry = v.object({
  seq: whole,
  request_id: text,
  began_at: time,
  ended_at: time,
  model: text,
  served_model: v.nullable(text),
  outcome: v.picklist(['ok', 'failed', 'refused', 'cancelled', 'lost']),
  reason: v.nullable(text),
  attempts: v.array(attemptLine),
  first_byte_ms: v.nullable(whole),
  ms: whole,
  prompt_tokens: whole,
  cached_tokens: whole,
  output_tokens: whole,
  reasoning_tokens: whole,
  tool_use_tokens: whole,
  cost_usd: v.nullable(v.number()),
}) satisfies v.GenericSchema<unknown, RequestEntry>

const requests = {
  200: {
    description: 'The newest first; at most 200 are kept',
    schema: v.object({
      status: v.literal('ok'),
      now: time,
      version: text,
      user: text,
      requests: v.array(requestEntry),
      last: v.pipe(whole, v.description('The newest `seq`, for `after`')),
    }) satisfies v.GenericSchema<unknown, RequestsAnswer>,
  },
  ...UNCHANGED,
}

export const usage: Operations = {
  'GET /v1/requests': {
    who: 'user',
    summary: 'The own newest requests with their attempts; never a prompt',
    query: requestsQuery(),
    answers: requests,
  },
  'GET /v1/config/users/{id}/requests': {
    who: 'admin',
    summary: 'The newest requests of a user with their attempts; never a prompt',
    query: requestsQuery(),
    answers: requests,
  },
  'GET /v1/usage': {
    who: 'user_or_admin',
    summary: 'The own use over time; with the master key that of all users, as it was told last',
    query: usageQuery(),
    answers,
  },
  'GET /v1/config/users/{id}/usage': {
    who: 'admin',
    summary: 'The use of a user over time',
    query: usageQuery(),
    answers,
  },
}
