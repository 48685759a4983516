/** What `/debug/stats` answers for one user, in full. */
import * as v from 'valibot'
import type { Stats } from '../src/wire/stats.ts'

const text = v.string()
const orNull = v.nullable(text)
const whole = v.pipe(v.number(), v.integer())
const time = v.pipe(text, v.isoTimestamp())
const timeOrNull = v.nullable(time)

const cost = v.object({
  usd: v.pipe(v.number(), v.description('By the prices at the day of each attempt')),
  unpriced: v.pipe(whole, v.description('Attempts whose cost is not known, and not in `usd`')),
})

const tokens = v.object({
  prompt: whole,
  cached: v.pipe(whole, v.description('Part of the prompt’s')),
  output: whole,
  reasoning: whole,
  tool_use: whole,
})

const attempts = v.object({
  granted: whole,
  open: whole,
  ok: whole,
  client_fault: whole,
  credential_fault: whole,
  quota: whole,
  upstream_fault: whole,
  cancelled: whole,
  lost: whole,
})

const cooldown = v.object({
  model: text,
  cause: text,
  until: time,
  shared_with: v.pipe(
    v.array(text),
    v.description('Other credentials that Google counts against the same quota'),
  ),
  dimension: orNull,
  evidence: v.pipe(orNull, v.description('What the deadline was concluded from')),
  retest_at: timeOrNull,
})

const credential = v.object({
  id: text,
  position: whole,
  type: v.picklist(['authorized_user', 'service_account', 'api_key']),
  upstream: v.picklist(['code-assist', 'vertex', 'gemini-api']),
  label: orNull,
  state: v.picklist(['active', 'quarantined', 'paused']),
  paused_until: timeOrNull,
  priority: whole,
  allowed_models: v.nullable(v.array(text)),
  quarantine_reason: orNull,
  quarantine_link: v.pipe(
    orNull,
    v.description('A page of Google’s; shown to the master key alone'),
  ),
  last_error: orNull,
  last_error_at: timeOrNull,
  last_used_at: timeOrNull,
  attempts,
  tokens,
  cost,
  models: v.record(text, v.object({ ...attempts.entries, tokens, cost })),
  cooldowns: v.array(cooldown),
})

const span = v.object({
  start: time,
  attempts: whole,
  ok: whole,
  input_tokens: v.pipe(whole, v.description('Prompt and tool use')),
  output_tokens: v.pipe(whole, v.description('Visible output and reasoning')),
  cost_usd: v.number(),
})

export const stats = v.object({
  status: v.literal('ok'),
  now: v.pipe(time, v.description('The gateway’s clock, which countdowns are to be counted by')),
  version: text,
  user: text,
  created_at: time,
  total_requests: whole,
  requests_per_credential: v.record(text, whole),
  requests: v.object({
    total: whole,
    open: whole,
    ok: whole,
    failed: whole,
    refused: whole,
    cancelled: whole,
    lost: whole,
  }),
  ring: v.object({
    mode: v.picklist(['sticky', 'round_robin', 'least_used']),
    pin: v.nullable(v.object({ credential: text, until: time })),
    cursor: orNull,
    rotations: whole,
    credentials: v.array(credential),
  }),
  ledger: v.pipe(
    v.object({ granted: whole, settled: whole, open: whole, holds: v.boolean() }),
    v.description('granted = settled + open; both sides are counted apart'),
  ),
  cost,
  usage: v.object({
    minutes: v.pipe(v.array(span), v.description('The last 60')),
    hours: v.pipe(v.array(span), v.description('The last 48')),
    days: v.pipe(v.array(span), v.description('The last 30')),
  }),
  open_leases: v.array(
    v.object({ credential: text, model: text, granted_at: time, deadline: time }),
  ),
}) satisfies v.GenericSchema<unknown, Stats>
