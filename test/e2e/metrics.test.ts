/** `/metrics` of a gateway that was used on every upstream, as Prometheus's own parser for Python reads it. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from './support/eventually.ts'
import { Pollux, type User } from './support/pollux.ts'
import { pythonWith } from './support/python.ts'

const HERE = join(import.meta.dirname, 'python')
const HOME = join(import.meta.dirname, '../../node_modules/.cache/pollux-python')
const TOKEN = 'a-metrics-token-for-tests'
const MODEL = 'gemini-2.5-flash'

interface Family {
  readonly name: string
  readonly type: string
  readonly help: string
  readonly samples: readonly (readonly [string, Readonly<Record<string, string>>, number])[]
}

const python = pythonWith(HOME, join(HERE, 'requirements.txt'))
if (python === null) {
  console.warn(
    'SKIPPED: test/e2e/metrics.test.ts: there is no Python with venv, or no way to install prometheus-client.',
  )
}

/** The names in docs/operations.md and in the alert rules. The parser removes `_total` from names of counters. */
const FAMILIES = {
  pollux_requests: 'counter',
  pollux_attempts: 'counter',
  pollux_input_tokens: 'counter',
  pollux_cached_input_tokens: 'counter',
  pollux_output_tokens: 'counter',
  pollux_reasoning_tokens: 'counter',
  pollux_cost_dollars: 'counter',
  pollux_unpriced_attempts: 'counter',
  pollux_search_queries: 'counter',
  pollux_attempt_duration_seconds: 'histogram',
  pollux_first_byte_seconds: 'histogram',
  pollux_ring_turns: 'counter',
  pollux_limit_refusals: 'counter',
  pollux_users: 'gauge',
  pollux_credentials: 'gauge',
  pollux_rings_not_serving: 'gauge',
  pollux_ledgers_broken: 'gauge',
  pollux_last_push_timestamp_seconds: 'gauge',
  pollux_build_info: 'gauge',
}

describe.skipIf(python === null)('/metrics', { timeout: 120_000 }, () => {
  let pollux: Pollux
  let families: readonly Family[]
  let user: User

  beforeAll(async () => {
    pollux = await Pollux.start({ TOTALS_PUSH_MS: '1000', METRICS_TOKEN: TOKEN })
    user = await pollux.givenUser(['api_key', 'service_account', 'authorized_user'])
    // The ring turns twice, so that all upstreams are used.
    await chat()
    await pollux.script(user, { error: 'gemini_429_day' })
    await chat()
    await pollux.script(user, { error: 'gemini_429_day' }, { at: 1 })
    await chat()
    families = await eventually(read, (seen) => valueOf(seen, 'pollux_attempts_total') >= 5, 30_000)
  }, 120_000)

  afterAll(() => pollux[Symbol.asyncDispose]())

  async function chat(): Promise<void> {
    const answer = await fetch(`${pollux.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${user.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: MODEL, messages: [{ role: 'user', content: 'Hello' }] }),
    })
    if (!answer.ok) throw new Error(await answer.text())
    await answer.text()
  }

  async function read(): Promise<readonly Family[]> {
    const answer = await fetch(`${pollux.url}/metrics`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    })
    const input = await answer.text()
    const output = execFileSync(python ?? '', [join(HERE, 'metrics.py')], { input })
    return JSON.parse(output.toString()) as readonly Family[]
  }

  function valueOf(
    seen: readonly Family[],
    name: string,
    labels: Readonly<Record<string, string>> = {},
  ): number {
    return seen
      .flatMap(({ samples }) => samples)
      .filter(
        ([sample, own]) =>
          sample === name && Object.entries(labels).every(([label, value]) => own[label] === value),
      )
      .reduce((sum, [, , value]) => sum + value, 0)
  }

  it('has each family once, of its type, with what it means', () => {
    expect(Object.fromEntries(families.map(({ name, type }) => [name, type]))).toEqual(FAMILIES)
    expect(families).toHaveLength(Object.keys(FAMILIES).length)
    expect(families.filter(({ help }) => help.length < 10)).toEqual([])
  })

  it('has no series twice, and no label that names a person, a credential or a key', () => {
    const series = families
      .flatMap(({ samples }) => samples)
      .map(([name, labels]) => `${name} ${JSON.stringify(labels)}`)
    expect(new Set(series).size).toBe(series.length)
    const names = families
      .flatMap(({ samples }) => samples)
      .flatMap(([, labels]) => Object.keys(labels))
    expect([...new Set(names)].toSorted()).toEqual([
      'cause',
      'le',
      'model',
      'outcome',
      'state',
      'upstream',
      'version',
    ])
  })

  it('counts requests and attempts apart, by what became of them', async () => {
    expect(valueOf(families, 'pollux_requests_total', { outcome: 'ok' })).toBe(3)
    expect(valueOf(families, 'pollux_attempts_total', { outcome: 'quota' })).toBe(2)
    for (const upstream of ['gemini-api', 'vertex', 'code-assist']) {
      const labels = { upstream, model: MODEL, outcome: 'ok' }
      expect([upstream, valueOf(families, 'pollux_attempts_total', labels)]).toEqual([upstream, 1])
    }
    const { ledger } = await pollux.settledStats(user)
    expect(valueOf(families, 'pollux_attempts_total')).toBe(ledger.settled)
    expect(valueOf(families, 'pollux_ring_turns_total', { cause: 'quota' })).toBe(2)
    expect(valueOf(families, 'pollux_credentials', { state: 'cooling' })).toBe(2)
    expect(valueOf(families, 'pollux_users', { state: 'active' })).toBe(1)
    expect(valueOf(families, 'pollux_rings_not_serving')).toBe(0)
    expect(valueOf(families, 'pollux_ledgers_broken')).toBe(0)
  })

  it('has histograms whose buckets grow up to the count', () => {
    for (const name of ['pollux_attempt_duration_seconds', 'pollux_first_byte_seconds']) {
      const samples = families.find((family) => family.name === name)?.samples ?? []
      const counts = samples.filter(([sample]) => sample === `${name}_count`)
      expect(counts.length).toBe(3)
      for (const [, labels, count] of counts) {
        const buckets = samples.filter(
          ([sample, own]) => sample === `${name}_bucket` && own['upstream'] === labels['upstream'],
        )
        const values = buckets.map(([, , value]) => value)
        expect(values).toEqual(values.toSorted((one, other) => one - other))
        const ends = buckets.map(([, { le = '' }]) => (le === '+Inf' ? Infinity : Number(le)))
        expect(ends).toEqual(ends.toSorted((one, other) => one - other))
        expect([ends.at(-1), values.at(-1)]).toEqual([Infinity, count])
      }
    }
  })

  it('opens for its own token, which opens nothing else', async () => {
    const status = async (path: string, key: string): Promise<number> =>
      (await fetch(pollux.url + path, { headers: { authorization: `Bearer ${key}` } })).status
    expect(await status('/metrics', TOKEN)).toBe(200)
    expect(await status('/metrics', user.key)).toBe(401)
    expect(await status('/v1/overview', TOKEN)).toBe(401)
    expect(await status('/v1/key', TOKEN)).toBe(401)
  })
})
