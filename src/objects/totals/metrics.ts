import { toUsd } from '../../json/money.ts'
import { isNameOfGoogles } from '../../gemini/models/find-model.ts'
import type { Upstream } from '../../gemini/upstreams.ts'
import { OUTCOMES } from '../../upstreams/verdict.ts'
import { BUCKETS_MS, type Histogram, histograms } from '../ledger/latency.ts'
import { OTHER_MODELS } from '../ledger/counters.ts'
import { addUsage, type Usage, type UsageColumns, usageFrom } from '../ledger/usage.ts'
import { REQUESTS } from './take-push.ts'
import { isOutNow } from './listing.ts'
import type { UserSummary } from './push.ts'

interface Series {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/**
 * Everything reported, in Prometheus's text format 0.0.4. Labels are upstreams, names of Google's models, and words of
 * Pollux's; never a user, a credential or a key. Counters must never go down, so the use of deleted users stays
 * included.
 */
export function metricsOf(sql: SqlStorage, version: string, now: number): string {
  const rows = modelsOf(sql)
  const of = (value: (usage: Usage) => number): Series[] =>
    rows.map(({ labels, usage }) => ({ labels, value: value(usage) }))
  const tallied = talliesOf(sql)
  const { summaries, lastPush } = toldTo(sql)
  return [
    counter(
      'pollux_requests_total',
      'Requests of clients that ended, by how.',
      labelled(tallied, REQUESTS, 'outcome'),
    ),
    counter(
      'pollux_attempts_total',
      'Calls of an upstream that ended, by terminal state.',
      rows.flatMap(({ labels, usage }) =>
        OUTCOMES.map((outcome) => ({ labels: { ...labels, outcome }, value: usage[outcome] })),
      ),
    ),
    counter(
      'pollux_input_tokens_total',
      'Tokens of prompts and tool use.',
      of((u) => u.promptTokens + u.toolUseTokens),
    ),
    counter(
      'pollux_cached_input_tokens_total',
      'Those of prompts that were cached; part of the input.',
      of((u) => u.cachedTokens),
    ),
    counter(
      'pollux_output_tokens_total',
      'Tokens of answers and thoughts.',
      of((u) => u.outputTokens + u.reasoningTokens),
    ),
    counter(
      'pollux_reasoning_tokens_total',
      'Those of thoughts; part of the output.',
      of((u) => u.reasoningTokens),
    ),
    counter(
      'pollux_cost_dollars_total',
      'Cost by list price, as far as it is known.',
      of((u) => toUsd(u.costNano)),
    ),
    counter(
      'pollux_unpriced_attempts_total',
      'Attempts whose cost is not known.',
      of((u) => u.unpriced),
    ),
    counter(
      'pollux_search_queries_total',
      'Web searches that Google bills.',
      of((u) => u.searches),
    ),
    histogram(
      'pollux_attempt_duration_seconds',
      'How long attempts took.',
      rows,
      (u) => histograms(u.latency).whole,
    ),
    histogram(
      'pollux_first_byte_seconds',
      'How long attempts took up to the first content.',
      rows,
      (u) => histograms(u.latency).firstByte,
    ),
    counter(
      'pollux_ring_turns_total',
      'Turns of rings, by cause.',
      labelled(tallied, 'turn ', 'cause'),
    ),
    counter(
      'pollux_limit_refusals_total',
      'Requests that a limit of their user refused.',
      labelled(tallied, 'limit ', 'limit'),
    ),
    gauge('pollux_users', 'Users there are, by state.', usersOf(summaries, now)),
    gauge('pollux_credentials', 'Credentials, by upstream and state.', credentialsOf(summaries)),
    gauge('pollux_rings_not_serving', 'Rings that serve nothing for some model.', [
      plain(summaries.filter((summary) => isOutNow(summary, now)).length),
    ]),
    gauge('pollux_ledgers_broken', 'Rings whose ledger does not add up; must be 0.', [
      plain(summaries.filter(({ ledgerHolds }) => !ledgerHolds).length),
    ]),
    gauge('pollux_last_push_timestamp_seconds', 'When a user’s object told anything last.', [
      plain(lastPush / 1000),
    ]),
    gauge('pollux_build_info', 'The version.', [{ labels: { version }, value: 1 }]),
  ].join('')
}

type SumRow = UsageColumns & { upstream: string; model: string }

interface ModelRow {
  readonly labels: { readonly upstream: string; readonly model: string }
  readonly usage: Usage
}

/**
 * Danger: clients name the models, and some write a key in the model's place. Scrapers may read only Google's names, so
 * all others are one label. A name is judged by its form alone: if it mattered whether the model has served by now, its
 * count would leave that label, which would go down.
 */
function modelsOf(sql: SqlStorage): readonly ModelRow[] {
  const rows = new Map<string, ModelRow>()
  for (const row of sql.exec<SumRow>(
    'SELECT * FROM sums WHERE span_ms = 0 ORDER BY upstream, model',
  )) {
    const model = isNameOfGoogles(row.model) ? row.model : OTHER_MODELS
    const labels = { upstream: row.upstream, model }
    const key = `${row.upstream} ${model}`
    const known = rows.get(key)
    if (known === undefined) rows.set(key, { labels, usage: usageFrom(row) })
    else addUsage(known.usage, usageFrom(row))
  }
  return [...rows.values()]
}

function talliesOf(sql: SqlStorage): readonly { name: string; count: number }[] {
  return sql
    .exec<{ name: string; count: number }>(
      'SELECT name, count FROM tallies WHERE span_ms = 0 ORDER BY name',
    )
    .toArray()
}

function toldTo(sql: SqlStorage): { summaries: readonly UserSummary[]; lastPush: number } {
  const [last] = sql.exec<{ at: number | null }>('SELECT max(at) AS at FROM told').toArray()
  const rows = sql.exec<{ summary: string }>('SELECT summary FROM told WHERE summary IS NOT NULL')
  const summaries = Array.from(rows, ({ summary }) => JSON.parse(summary) as UserSummary)
  return { summaries, lastPush: last?.at ?? 0 }
}

function labelled(
  tallies: readonly { name: string; count: number }[],
  prefix: string,
  label: string,
): Series[] {
  return tallies
    .filter(({ name }) => name.startsWith(prefix))
    .map(({ name, count }) => ({ labels: { [label]: name.slice(prefix.length) }, value: count }))
}

function usersOf(summaries: readonly UserSummary[], now: number): Series[] {
  const counts = { active: 0, disabled: 0, expired: 0 }
  for (const { disabled, expiresAt } of summaries) {
    if (disabled) counts.disabled++
    else if (expiresAt !== null && expiresAt <= now) counts.expired++
    else counts.active++
  }
  return Object.entries(counts).map(([state, value]) => ({ labels: { state }, value }))
}

const STATES = ['ready', 'cooling', 'paused', 'quarantined'] as const

function credentialsOf(summaries: readonly UserSummary[]): Series[] {
  const sums = new Map<Upstream, Record<(typeof STATES)[number], number>>()
  for (const ring of summaries.flatMap(({ rings }) => rings)) {
    const sum = sums.get(ring.upstream) ?? { ready: 0, cooling: 0, paused: 0, quarantined: 0 }
    for (const state of STATES) sum[state] += ring[state]
    sums.set(ring.upstream, sum)
  }
  return [...sums].flatMap(([upstream, sum]) =>
    STATES.map((state) => ({ labels: { upstream, state }, value: sum[state] })),
  )
}

function plain(value: number): Series {
  return { labels: {}, value }
}

function counter(name: string, help: string, series: readonly Series[]): string {
  return family(name, 'counter', help, series)
}

function gauge(name: string, help: string, series: readonly Series[]): string {
  return family(name, 'gauge', help, series)
}

function family(name: string, type: string, help: string, series: readonly Series[]): string {
  const head = `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`
  return head + series.map(({ labels, value }) => line(name, labels, value)).join('')
}

function histogram(
  name: string,
  help: string,
  rows: readonly { readonly labels: Series['labels']; readonly usage: Usage }[],
  of: (usage: Usage) => Histogram,
): string {
  const lines = rows.map(({ labels, usage }) => {
    const { counts, count, sumMs } = of(usage)
    let below = 0
    const buckets = BUCKETS_MS.map((end, at) => {
      below += counts[at] ?? 0
      return line(`${name}_bucket`, { ...labels, le: String(end / 1000) }, below)
    })
    return [
      ...buckets,
      line(`${name}_bucket`, { ...labels, le: '+Inf' }, count),
      line(`${name}_sum`, labels, sumMs / 1000),
      line(`${name}_count`, labels, count),
    ].join('')
  })
  return `# HELP ${name} ${help}\n# TYPE ${name} histogram\n${lines.join('')}`
}

function line(name: string, labels: Series['labels'], value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`)
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}\n`
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
