import { brief, words } from '../format.ts'
import { Table } from '../pieces.tsx'
import type { Read } from './credential-files.ts'

/** The gateway's result for a line that was sent. */
export interface Line {
  readonly line: number
  readonly ok: boolean
  readonly added?: boolean
  readonly credential?: string | { readonly id?: string }
  readonly verdict?: string
  readonly reason?: string | null
  readonly advice?: string | null
  readonly error?: { readonly message?: string }
}

/** A line that was not sent has a reason of its own. The others have the gateway's results, in their order. */
export function Results({
  reads,
  lines,
  labels,
  onLabel,
}: {
  readonly reads: readonly Read[]
  readonly lines: readonly Line[]
  /** Names, by the index of the line. */
  readonly labels: Readonly<Record<number, string>>
  readonly onLabel: (index: number, label: string) => void
}) {
  if (reads.length === 0) return null
  let sent = 0
  return (
    <Table
      caption="Credentials that were read"
      columns={['Credential', 'Name', 'Result']}
      rows={reads.map((read, index) => {
        const line = 'body' in read ? lines[sent++] : undefined
        return {
          id: String(index),
          cells: [
            read.name,
            'refused' in read ? (
              '–'
            ) : (
              <input
                aria-label={`Name of ${read.name}`}
                value={labels[index] ?? ''}
                maxLength={100}
                autocomplete="off"
                onInput={(event) => onLabel(index, event.currentTarget.value)}
              />
            ),
            'refused' in read ? <span class="bad">{read.refused}</span> : <Result line={line} />,
          ],
        }
      })}
    />
  )
}

function Result({ line }: { readonly line: Line | undefined }) {
  if (line === undefined) return <span class="faint">not sent yet</span>
  const { ok, verdict, reason, advice, error, added, credential } = line
  const id = typeof credential === 'string' ? credential : credential?.id
  if (error !== undefined) return <span class="bad">{error.message}</span>
  const told = [
    verdict ?? (added === false ? 'updated' : 'added'),
    reason == null ? '' : words(reason),
    advice ?? '',
    id === undefined ? '' : brief(id),
  ]
  return <span class={ok ? 'good' : 'bad'}>{told.filter(Boolean).join('. ')}</span>
}
