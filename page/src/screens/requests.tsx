import { useState } from 'preact/hooks'
import type { AttemptLine, RequestEntry, RequestsAnswer } from '../../../src/wire/requests.ts'
import { compact, count, duration, money, words } from '../format.ts'
import { useLoad } from '../load.ts'
import { Copy, Problem, Section, Select, Table, Time } from '../pieces.tsx'
import type { Credential } from '../wire.ts'
import { nameOf } from './name-of.ts'

const ALL = 'all'

/** The newest requests, each with its attempts, never a prompt. Loaded on demand. */
export function Requests({
  path,
  credentials,
}: {
  readonly path: string
  readonly credentials: readonly Credential[]
}) {
  const { data, error, reload } = useLoad<RequestsAnswer>(path)
  const [outcome, setOutcome] = useState(ALL)
  const [model, setModel] = useState(ALL)
  const [credential, setCredential] = useState(ALL)
  const all = data?.requests ?? []
  const shown = all.filter(
    (one) =>
      (outcome === ALL || one.outcome === outcome) &&
      (model === ALL || one.model === model) &&
      (credential === ALL || one.attempts.some((attempt) => attempt.credential === credential)),
  )
  const pairs = (ids: readonly string[]): readonly (readonly [string, string])[] =>
    [...new Set(ids)].map((id) => [id, id] as const)
  return (
    <Section
      title="Newest requests"
      acts={
        <button type="button" onClick={reload}>
          Look again
        </button>
      }
    >
      <Problem error={error} />
      {data !== null && all.length === 0 && (
        <p>No request has ended yet. Send one: the playground will do.</p>
      )}
      {all.length > 0 && (
        <>
          <div class="filters">
            <Select
              label="Outcome"
              value={outcome}
              options={[[ALL, 'all'], ...pairs(all.map((one) => one.outcome))]}
              onChange={setOutcome}
            />
            <Select
              label="Model"
              value={model}
              options={[[ALL, 'all'], ...pairs(all.map((one) => one.model))]}
              onChange={setModel}
            />
            <Select
              label="Credential"
              value={credential}
              options={[
                [ALL, 'all'],
                ...credentials.map(({ id }) => [id, nameOf(id, credentials)] as const),
              ]}
              onChange={setCredential}
            />
          </div>
          <p role="status">
            {count(shown.length)} of {count(all.length)} requests; at most 200 are kept, and no
            prompt.
          </p>
          <Table
            caption="Newest requests"
            columns={['Ended', 'Model', 'Outcome', 'Attempts', 'Time', 'Tokens', 'Cost', 'Request']}
            rows={shown.map((one) => ({ id: String(one.seq), cells: cellsOf(one, credentials) }))}
          />
        </>
      )}
    </Section>
  )
}

function cellsOf(one: RequestEntry, credentials: readonly Credential[]) {
  const { model, served_model: served, outcome, reason, attempts, cost_usd: cost } = one
  return [
    <Time at={one.ended_at} />,
    <>
      {model}
      {served !== null && served !== model && <div class="faint">served as {served}</div>}
    </>,
    <>
      <span class={outcome === 'ok' ? 'good' : outcome === 'cancelled' ? 'warn' : 'bad'}>
        {outcome}
      </span>
      {reason !== null && <div class="faint">{words(reason)}</div>}
    </>,
    attempts.length === 0 ? (
      'none'
    ) : (
      <ol class="attempts">
        {attempts.map((attempt, index) => (
          <li key={index}>{told(attempt, credentials)}</li>
        ))}
      </ol>
    ),
    <>
      {duration(one.ms)}
      {one.first_byte_ms !== null && (
        <div class="faint">first byte {duration(one.first_byte_ms)}</div>
      )}
    </>,
    <>
      {compact(one.prompt_tokens + one.tool_use_tokens)} in
      <div class="faint">{compact(one.output_tokens + one.reasoning_tokens)} out</div>
    </>,
    cost === null ? <span class="faint">not known</span> : money(cost),
    <Copy text={one.request_id} what="request id" />,
  ]
}

/** Such as `team-1: quota (per day), 429, 12 ms`. */
function told(attempt: AttemptLine, credentials: readonly Credential[]) {
  const { credential, verdict, reason, status, ms } = attempt
  const rest = [status > 0 ? String(status) : 'no answer', ms === null ? '' : duration(ms)]
  return (
    <>
      {nameOf(credential, credentials)}:{' '}
      <span class={verdict === 'ok' ? 'good' : 'bad'}>{words(verdict)}</span>
      {reason !== null && ` (${words(reason)})`}
      <span class="faint">, {rest.filter(Boolean).join(', ')}</span>
    </>
  )
}
