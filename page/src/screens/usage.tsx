import { useState } from 'preact/hooks'
import type { UsageAnswer, UsageKeyName, UsageSpan } from '../../../src/wire/usage.ts'
import { saveText } from '../acts/save.ts'
import { send } from '../api.ts'
import { Chart } from '../chart.tsx'
import { moment, money } from '../format.ts'
import { useLoad } from '../load.ts'
import { Problem, Section, Select, Time } from '../pieces.tsx'
import { type Measure, inputOf, outputOf, type Stacks, stacks, stacksBy } from '../usage/stacks.ts'
import { RequestChart } from '../usage/request-chart.tsx'
import { Totals } from '../usage/totals.tsx'

const SPANS: readonly (readonly [UsageSpan, string, string])[] = [
  ['minute', 'Last hour', '1h'],
  ['hour', 'Last 48 hours', '48h'],
  ['day', 'Last 30 days', '30d'],
]
const NONE = 'nothing'

/** The use over time, grouped by what the reader chooses. */
export function Usage({
  path,
  keys,
  nameOf,
}: {
  readonly path: string
  /** What it can be grouped by. */
  readonly keys: readonly UsageKeyName[]
  /** The name of a user or a credential. */
  readonly nameOf: (id: string) => string
}) {
  const [span, setSpan] = useState<UsageSpan>('hour')
  const [chosen, setChosen] = useState(NONE)
  const by = keys.find((key) => key === chosen) ?? null
  const named = by === 'credential' || by === 'user' ? nameOf : (name: string) => name
  const from = SPANS.find(([name]) => name === span)?.[2] ?? '48h'
  const query = `${path}?span=${span}&from=${from}${by === null ? '' : `&by=${by}`}`
  const { data, error, reload } = useLoad<UsageAnswer>(query)
  return (
    <Section
      title="Use over time"
      acts={
        <>
          {SPANS.map(([name, label]) => (
            <button
              key={name}
              type="button"
              aria-pressed={span === name}
              class={span === name ? 'main' : undefined}
              onClick={() => setSpan(name)}
            >
              {label}
            </button>
          ))}
          <button type="button" onClick={reload}>
            Look again
          </button>
          <Csv path={`${query}&format=csv`} />
        </>
      }
    >
      <div class="filters">
        <Select
          label="Told apart by"
          value={chosen}
          options={[NONE, ...keys].map((key) => [key, key] as const)}
          onChange={setChosen}
        />
      </div>
      <Problem error={error} />
      {data?.truncated === true && (
        <p class="warn">There was more than fits into an answer: choose a shorter time.</p>
      )}
      {data !== null && data.usage.length === 0 && data.requests.length === 0 && (
        <p>Nothing ended in this time.</p>
      )}
      {data !== null && (data.usage.length > 0 || data.requests.length > 0) && (
        <>
          <Charts answer={data} by={by} nameOf={named} />
          <div class="below">
            <Totals answer={data} by={by} nameOf={named} />
          </div>
        </>
      )}
      {data?.as_of != null && (
        <p class="faint">
          As users’ objects told it until <Time at={data.as_of} />.
        </p>
      )}
      <p class="faint">Cost is by list price, or by your own; hours and days are those of UTC.</p>
    </Section>
  )
}

/** A button that saves what is shown for a spreadsheet. */
function Csv({ path }: { readonly path: string }) {
  const [error, setError] = useState<Error | null>(null)
  const save = async (): Promise<void> => {
    setError(null)
    try {
      saveText('usage.csv', await (await send({ path })).text())
    } catch (thrown) {
      setError(thrown instanceof Error ? thrown : new Error('Failed'))
    }
  }
  return (
    <>
      <button type="button" onClick={() => void save()}>
        Save as CSV
      </button>
      <Problem error={error} />
    </>
  )
}

function Charts({
  answer,
  by,
  nameOf,
}: {
  readonly answer: UsageAnswer
  readonly by: UsageKeyName | null
  readonly nameOf: (id: string) => string
}) {
  const told = (plain: Readonly<Record<string, Measure>>, whole: Measure): Stacks => {
    if (by === null) return stacks(answer, plain, moment)
    const found = stacksBy(answer, by, whole, moment)
    return { ...found, parts: found.parts.map(nameOf) }
  }
  return (
    <div class="charts">
      <Chart
        title="Attempts"
        {...told(
          { ok: (line) => line.ok, others: (line) => line.attempts - line.ok },
          (line) => line.attempts,
        )}
      />
      {by !== 'outcome' && (
        <>
          <Chart
            title="Tokens"
            {...told({ in: inputOf, out: outputOf }, (line) => inputOf(line) + outputOf(line))}
          />
          <Chart
            title="Cost"
            tell={money}
            {...told({ known: (line) => line.cost_usd ?? 0 }, (line) => line.cost_usd ?? 0)}
          />
        </>
      )}
      {by === null && answer.requests.length > 0 && <RequestChart answer={answer} />}
    </div>
  )
}
