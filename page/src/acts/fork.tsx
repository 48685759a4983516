import { useId, useRef, useState } from 'preact/hooks'
import type { ForkAnswer, ForkLine } from '../../../src/wire/fork-import.ts'
import { ask } from '../api.ts'
import { brief, count, words } from '../format.ts'
import { Problem, Table } from '../pieces.tsx'
import { forkPages } from './fork-pages.ts'

/**
 * Imports the fork's users from its KV: first a dry run, with a result for each line. The pasted text is stored
 * nowhere.
 */
export function Fork() {
  const id = useId()
  const text = useRef<HTMLTextAreaElement>(null)
  /** One Idempotency-Key for each body, so that another try imports no page twice. */
  const onces = useRef(new Map<string, string>())
  const [lines, setLines] = useState<readonly ForkLine[]>([])
  const [checked, setChecked] = useState('')
  const [state, setState] = useState<'idle' | 'busy' | 'checked' | 'done'>('idle')
  const [error, setError] = useState<Error | null>(null)

  const forget = (): void => {
    setLines([])
    setChecked('')
    setState('idle')
  }
  const run = async (isDry: boolean): Promise<void> => {
    const pasted = text.current?.value ?? ''
    setState('busy')
    setError(null)
    setLines([])
    try {
      let all: readonly ForkLine[] = []
      for (const body of forkPages(pasted)) {
        const before = all.length
        const { results } = await ask<ForkAnswer>({
          path: `/v1/config/import/fork${isDry ? '?dry_run=1' : ''}`,
          body,
          ...(!isDry && { once: onceOf(onces.current, JSON.stringify(body)) }),
        })
        all = [...all, ...results.map((line) => ({ ...line, line: line.line + before }))]
        setLines(all)
      }
      setChecked(isDry ? pasted : '')
      setState(isDry ? 'checked' : 'done')
    } catch (thrown) {
      setState('idle')
      setError(thrown instanceof Error ? thrown : new Error('Failed'))
    }
  }
  const take = async (files: FileList | null): Promise<void> => {
    const file = files?.[0]
    if (file === undefined || text.current === null) return
    text.current.value = await file.text()
    forget()
  }
  const failed = lines.filter(({ ok }) => !ok).length
  const isBusy = state === 'busy'
  return (
    <>
      <p>
        Makes or completes the users of the fork that Pollux replaces, under their own keys, in ring
        order, from what <code>wrangler kv bulk get</code> prints of its KV. “Check” keeps nothing.
      </p>
      <form
        class="wide drop"
        onSubmit={(event) => event.preventDefault()}
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault()
          void take(event.dataTransfer?.files ?? null)
        }}
      >
        <label for={`${id}-text`}>The fork’s KV as JSON: paste it, or drop the file here</label>
        <textarea id={`${id}-text`} ref={text} rows={5} spellcheck={false} onInput={forget} />
        <label for={`${id}-file`}>File</label>
        <input
          id={`${id}-file`}
          type="file"
          accept=".json"
          onChange={(event) => void take(event.currentTarget.files)}
        />
      </form>
      <Problem error={error} />
      <div class="acts below">
        <button type="button" disabled={isBusy} onClick={() => void run(true)}>
          {isBusy ? 'Working…' : 'Check users'}
        </button>
        <button
          type="button"
          class="main"
          disabled={isBusy || checked === ''}
          onClick={() => void run(false)}
        >
          Move them in
        </button>
      </div>
      <p role="status">
        {lines.length > 0 && `${count(lines.length - failed)} of ${count(lines.length)} users `}
        {lines.length > 0 && (state === 'done' ? 'are moved in.' : 'can be moved in.')}
      </p>
      {lines.length > 0 && (
        <Table
          caption="Users of the fork"
          columns={['Line', 'User', 'Result', 'Credentials']}
          rows={lines.map((line) => ({ id: String(line.line), cells: cellsOf(line) }))}
        />
      )}
    </>
  )
}

function cellsOf({ line, ok, result, user, credentials, message }: ForkLine) {
  return [
    line,
    user === null ? '–' : <a href={`#/users/${user}`}>{brief(user)}</a>,
    <>
      <span class={ok ? 'good' : 'bad'}>{words(result)}</span>
      {message !== null && <div class="faint">{message}</div>}
    </>,
    credentials.length === 0 ? (
      'none'
    ) : (
      <ul class="plain">
        {credentials.map((one) => (
          <li key={one.index}>
            {one.index + 1}. {words(one.type ?? 'unknown')}:{' '}
            <span class={one.result === 'refused' ? 'bad' : 'good'}>{one.result}</span>
            {one.message !== null && <span class="faint">, {one.message}</span>}
          </li>
        ))}
      </ul>
    ),
  ]
}

function onceOf(onces: Map<string, string>, body: string): string {
  const once = onces.get(body) ?? crypto.randomUUID()
  onces.set(body, once)
  return once
}
