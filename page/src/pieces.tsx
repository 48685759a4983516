import type { ComponentChildren } from 'preact'
import { ApiError } from './api.ts'
import { now } from './clock.ts'
import { moment, until } from './format.ts'

/** In the reader's zone, with UTC where the pointer rests. */
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

/** A table that a small screen shows as cards: each cell then says its column. */
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
