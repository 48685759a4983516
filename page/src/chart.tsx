import { count } from './format.ts'
import { Table } from './pieces.tsx'

export interface Bar {
  readonly name: string
  /** The stacked values, in the order of `parts`. */
  readonly values: readonly number[]
}

export interface ChartProps {
  readonly title: string
  readonly parts: readonly string[]
  readonly bars: readonly Bar[]
  /** How to write a value; by default as a count. */
  readonly tell?: (value: number) => string
}

const WIDTH = 480
const HEIGHT = 140

/** Stacked bars, and a table with the same values for whoever cannot see them. */
export function Chart({ title, parts, bars, tell = count }: ChartProps) {
  const sums = parts.map((_, part) =>
    bars.reduce((sum, { values }) => sum + (values[part] ?? 0), 0),
  )
  const heights = bars.map(({ values }) => values.reduce((sum, value) => sum + value, 0))
  const highest = Math.max(0, ...heights)
  const most = highest === 0 ? 1 : highest
  const width = WIDTH / Math.max(bars.length, 12)
  const told = parts.map((part, index) => `${tell(sums[index] ?? 0)} ${part}`).join(', ')
  return (
    <figure>
      <figcaption>
        <strong>{title}</strong>: {told}; the highest bar is {tell(highest)}
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${title}: ${told}`}
      >
        {bars.map((bar, index) => (
          <Stack
            key={bar.name}
            bar={bar}
            parts={parts}
            x={index * width}
            width={width}
            most={most}
            tell={tell}
          />
        ))}
      </svg>
      {parts.length > 1 && (
        <ul class="legend" aria-hidden="true">
          {parts.map((part, index) => (
            <li key={part}>
              <svg viewBox="0 0 10 10">
                <rect class={`bar-${index}`} width="10" height="10" />
              </svg>
              {part}
            </li>
          ))}
        </ul>
      )}
      <details>
        <summary>{title} as a table</summary>
        <Table
          caption={title}
          columns={['From', ...parts]}
          rows={bars
            .filter((_, index) => heights[index] !== 0)
            .map(({ name, values }) => ({ id: name, cells: [name, ...values.map(tell)] }))}
        />
      </details>
    </figure>
  )
}

function Stack({
  bar,
  parts,
  x,
  width,
  most,
  tell,
}: {
  readonly bar: Bar
  readonly parts: readonly string[]
  readonly x: number
  readonly width: number
  readonly most: number
  readonly tell: (value: number) => string
}) {
  let y = HEIGHT
  return (
    <>
      {bar.values.map((value, part) => {
        const height = (value / most) * (HEIGHT - 6)
        y -= height
        return (
          <rect
            key={parts[part]}
            class={`bar-${part}`}
            x={x + width * 0.1}
            y={y}
            width={width * 0.8}
            height={height}
          >
            <title>{`${bar.name}: ${tell(value)} ${parts[part] ?? ''}`}</title>
          </rect>
        )
      })}
    </>
  )
}
