import { useEffect, useState } from 'preact/hooks'
import { saveJson } from '../acts/save.ts'
import { ask } from '../api.ts'
import { brokenAt } from '../chain.ts'
import { brief, count } from '../format.ts'
import { Problem, Section, Table, Time } from '../pieces.tsx'
import type { AuditDetail, AuditLine, AuditPage } from '../wire.ts'

const PAGE = 500

/** The user's audit from the beginning, and whether this browser finds the chain intact. */
export function Audit({ id }: { readonly id: string }) {
  const [lines, setLines] = useState<readonly AuditLine[]>([])
  const [page, setPage] = useState<AuditPage | null>(null)
  const [broken, setBroken] = useState<number | null>(null)
  const [error, setError] = useState<Error | null>(null)
  const load = async (had: readonly AuditLine[], after: number): Promise<void> => {
    setError(null)
    try {
      const path = `/v1/config/users/${id}/audit?after=${after}&limit=${PAGE}`
      const read = await ask<AuditPage>({ path })
      const all = [...had, ...read.lines]
      setBroken(await brokenAt(all))
      setLines(all)
      setPage(read)
    } catch (thrown) {
      setError(thrown instanceof Error ? thrown : new Error('Failed'))
    }
  }
  useEffect(() => void load([], 0), [id])
  return (
    <Section
      title="Audit"
      acts={
        <>
          <button type="button" onClick={() => void load([], 0)}>
            Look again
          </button>
          {page?.next != null && (
            <button type="button" onClick={() => void load(lines, page.next ?? 0)}>
              Go on after line {count(page.next)}
            </button>
          )}
          <button
            type="button"
            disabled={lines.length === 0}
            onClick={() => saveJson(`audit-${id.slice(0, 8)}.json`, lines)}
          >
            Save as JSON
          </button>
        </>
      }
    >
      <Problem error={error} />
      {page !== null && <Chain lines={lines} page={page} broken={broken} />}
      {lines.length > 0 && (
        <Table
          caption="Audit, the newest line first"
          columns={['Line', 'When', 'Who', 'What', 'About', 'Request']}
          rows={lines.toReversed().map((line) => ({ id: String(line.seq), cells: cellsOf(line) }))}
        />
      )}
    </Section>
  )
}

function Chain({
  lines,
  page,
  broken,
}: {
  readonly lines: readonly AuditLine[]
  readonly page: AuditPage
  readonly broken: number | null
}) {
  const { chain, next } = page
  const last = lines.at(-1)
  // The newest line must be the head that the gateway names; otherwise lines at the end are missing.
  const isHead = next !== null || last === undefined || last.hash === chain.head.hash
  if (broken !== null || !isHead || !chain.holds) {
    return (
      <p class="verdict bad">
        The chain is broken at line {broken ?? chain.broken_at ?? chain.head.seq}: it was changed
        after it was written.
      </p>
    )
  }
  return (
    <p class="verdict good">
      {count(lines.length)} lines hold, verified in this browser. Keep the head elsewhere:{' '}
      <code>
        {chain.head.seq} {chain.head.hash}
      </code>
    </p>
  )
}

function cellsOf(line: AuditLine) {
  if ('unreadable' in line) return [line.seq, '–', '–', 'unreadable', '–', '–']
  const { at, actor, act, subject, detail, request_id: request } = line
  return [
    line.seq,
    <Time at={at} />,
    actor,
    <>
      {act}
      <div class="faint">{inWords(detail)}</div>
    </>,
    subject === null ? 'user' : <code title={subject}>{brief(subject)}</code>,
    request === null ? '–' : <code>{request}</code>,
  ]
}

function inWords(detail: AuditDetail): string {
  return Object.entries(detail)
    .filter(([, value]) => !Array.isArray(value) || value.length > 0)
    .filter(([, value]) => !Array.isArray(value) || value.length > 0)
    .map(([name, value]) => `${name}: ${Array.isArray(value) ? value.join(', ') : String(value)}`)
    .join('; ')
}
