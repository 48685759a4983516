import { useState } from 'preact/hooks'
import { type Bar, Chart } from '../chart.tsx'
import { moment } from '../format.ts'
import { Section } from '../pieces.tsx'
import type { Span, Stats } from '../wire.ts'

const SPANS = { minutes: 'Last hour', hours: 'Last 48 hours', days: 'Last 30 days' } as const
type SpanName = keyof typeof SPANS
const NAMES: readonly SpanName[] = ['minutes', 'hours', 'days']

/** What the ring used of late. Spans in which nothing ended have no bar. */
export function Usage({ stats }: { readonly stats: Stats }) {
  const [span, setSpan] = useState<SpanName>('hours')
  const spans = stats.usage[span]
  const bars = (of: (row: Span) => readonly number[]): readonly Bar[] =>
    spans.map((row) => ({ name: moment(row.start), values: of(row) }))
  return (
    <Section
      title="Usage"
      acts={
        <>
          {NAMES.map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={span === name}
              class={span === name ? 'main' : undefined}
              onClick={() => setSpan(name)}
            >
              {SPANS[name]}
            </button>
          ))}
        </>
      }
    >
      {spans.length === 0 ? (
        <p>Nothing ended in this time.</p>
      ) : (
        <div class="charts">
          <Chart
            title="Attempts"
            parts={['ok', 'others']}
            bars={bars(({ attempts, ok }) => [ok, attempts - ok])}
          />
          <Chart
            title="Tokens"
            parts={['in', 'out']}
            bars={bars((row) => [row.input_tokens, row.output_tokens])}
          />
        </div>
      )}
    </Section>
  )
}
