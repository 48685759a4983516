import type { ComponentChildren } from 'preact'
import { useId, useState } from 'preact/hooks'
import { ApiError } from './api.ts'
import { now } from './clock.ts'
import { moment, until } from './format.ts'

/** A time in the reader's zone. The tooltip has it in UTC. */
export function Time({ at }: { readonly at: string }) {
  return (
    <time dateTime={at} title={at}>
      {moment(at)}
    </time>
  )
}

export function Countdown({ to }: { readonly to: string }) {
  return (
    <time class="countdown" dateTime={to} title={to}>
      {Date.parse(to) <= now.value ? 'now' : until(to, now.value)}
    </time>
  )
}

export function Problem({ error }: { readonly error: Error | null }) {
  if (error === null) return null
  const { requestId = null, retryAfter = null } = error instanceof ApiError ? error : {}
  return (
    <p class="problem" role="alert">
      {error.message}
      {retryAfter !== null && ` Try again in ${retryAfter} s.`}
      {requestId !== null && (
        <>
          {' '}
          Request <code>{requestId}</code>
        </>
      )}
    </p>
  )
}

/** A text with a button that copies it. */
export function Copy({ text, what }: { readonly text: string; readonly what: string }) {
  const [isCopied, setCopied] = useState(false)
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text)
      setCopied(true)
    } catch {
      // The browser forbids copying here. The text can still be selected.
    }
  }
  return (
    <>
      <code>{text}</code>{' '}
      <button
        type="button"
        class="small"
        aria-label={`Copy ${what} ${text}`}
        onClick={() => void copy()}
      >
        {isCopied ? 'Copied' : 'Copy'}
      </button>
    </>
  )
}

export function Select({
  label,
  value,
  options,
  onChange,
}: {
  readonly label: string
  readonly value: string
  /** Each value with its name. */
  readonly options: readonly (readonly [string, string])[]
  readonly onChange: (value: string) => void
}) {
  const id = useId()
  return (
    <div>
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map(([option, name]) => (
          <option key={option} value={option}>
            {name}
          </option>
        ))}
      </select>
    </div>
  )
}

export function Section({
  title,
  acts,
  children,
}: {
  readonly title: string
  readonly acts?: ComponentChildren
  readonly children: ComponentChildren
}) {
  return (
    <section>
      <div class="head">
        <h2>{title}</h2>
        {acts !== undefined && <div class="acts">{acts}</div>}
      </div>
      {children}
    </section>
  )
}

/** A table. On a small screen each row becomes a card, and each cell names its column. */
export function Table({
  caption,
  columns,
  rows,
}: {
  readonly caption: string
  readonly columns: readonly string[]
  readonly rows: readonly { readonly id: string; readonly cells: readonly ComponentChildren[] }[]
}) {
  return (
    <table>
      <caption class="unseen">{caption}</caption>
      <thead>
        <tr>
          {columns.map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ id, cells }) => (
          <tr key={id}>
            {cells.map((cell, index) => (
              <td key={columns[index]} data-column={columns[index]}>
                {cell}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
