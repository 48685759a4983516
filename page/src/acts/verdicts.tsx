import { brief, words } from '../format.ts'
import { Table } from '../pieces.tsx'

interface Verification {
  readonly credential?: string
  readonly label?: string | null
  readonly verdict?: string
  readonly checked?: string
  readonly reason?: string | null
  readonly advice?: string | null
}

/** What Google said about one credential, or about all. */
export function Verdicts({ answer }: { readonly answer: unknown }) {
  const { credentials, ...one } = answer as Verification & {
    readonly credentials?: readonly Verification[]
  }
  return (
    <Table
      caption="What Google says"
      columns={['Credential', 'Verdict', 'Checked', 'Reason', 'Advice']}
      rows={(credentials ?? [one]).map((row, index) => ({
        id: row.credential ?? String(index),
        cells: [
          row.label ?? brief(row.credential ?? 'this one'),
          <span class={row.verdict === 'works' ? 'good' : 'bad'}>{row.verdict ?? 'unknown'}</span>,
          words(row.checked ?? '–'),
          words(row.reason ?? '–'),
          row.advice ?? '–',
        ],
      }))}
    />
  )
}
