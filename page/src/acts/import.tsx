import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { ask } from '../api.ts'
import { count } from '../format.ts'
import { Problem } from '../pieces.tsx'
import { type Read, readCredentials } from './credential-files.ts'
import { type Field, Input, valuesOf } from './field.tsx'
import { type Line, Results } from './import-results.tsx'
import { tell } from './notice.tsx'
import { pathOf } from './paths.ts'

/** Imports credentials by paste or drop: first a dry run, with a result for each line. */
export function Import({ id, onDone }: { readonly id: string; readonly onDone: () => void }) {
  const [isOpen, setOpen] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  return (
    <>
      <button
        ref={button}
        type="button"
        class="main"
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
      >
        Add credentials
      </button>
      {isOpen && (
        <Importing
          id={id}
          onDone={onDone}
          onClose={() => {
            setOpen(false)
            button.current?.focus()
          }}
        />
      )}
    </>
  )
}

interface ImportingProps {
  readonly id: string
  readonly onDone: () => void
  readonly onClose: () => void
}

/** What a dialog of import has read, how Google judged it, and the acts on it. `places`: the values of PLACES. */
function useImport(
  id: string,
  places: () => Readonly<Record<string, unknown>>,
  onDone: () => void,
) {
  const tried = useRef({ request: '', once: '' })
  const [reads, setReads] = useState<readonly Read[]>([])
  const [lines, setLines] = useState<readonly Line[]>([])
  const [isChecked, setChecked] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<Error | null>(null)
  /** Names, by the index of the line. */
  const [labels, setLabels] = useState<Readonly<Record<number, string>>>({})
  const good = reads.flatMap((read, index) => ('body' in read ? [{ ...read, index }] : []))

  const take = (read: readonly Read[]): void => {
    setReads(read)
    setLabels({})
    setLines([])
    setChecked(false)
  }
  const takeFiles = async (files: FileList): Promise<void> => {
    const texts = await Promise.all(
      [...files].map(async (file) => readCredentials(file.name, await file.text())),
    )
    take(texts.flat())
  }
  const post = async (isDry: boolean): Promise<void> => {
    setBusy(true)
    setError(null)
    const place = Object.fromEntries(Object.entries(places()).filter(([, value]) => value !== ''))
    const credentials = good.map(({ body, index }) => {
      const label = (labels[index] ?? '').trim()
      return { ...body, ...place, ...(label !== '' && { label }) }
    })
    const request = {
      path: `${pathOf(id)}/credentials/bulk${isDry ? '?dry_run=1' : ''}`,
      body: { credentials },
    }
    const text = JSON.stringify(request)
    if (tried.current.request !== text) tried.current = { request: text, once: crypto.randomUUID() }
    try {
      // Google's answer may change between two dry runs, so a dry run is never replayed.
      const once = isDry ? {} : { once: tried.current.once }
      const answer = await ask<{ readonly results: readonly Line[]; readonly succeeded: number }>({
        ...request,
        ...once,
      })
      setLines(answer.results)
      setChecked(isDry)
      if (!isDry) {
        tell(`${count(answer.succeeded)} credentials added or updated.`)
        onDone()
      }
    } catch (thrown) {
      setError(thrown instanceof Error ? thrown : new Error('Failed'))
    } finally {
      setBusy(false)
    }
  }
  const label = (index: number, name: string): void =>
    setLabels((had) => ({ ...had, [index]: name }))
  const mayCheck = !isBusy && good.length > 0
  const mayAdd = mayCheck && (lines.length === 0 || isChecked)
  const shown = { reads, lines, labels, error, isBusy, mayCheck, mayAdd, many: good.length }
  return { ...shown, take, takeFiles, post, label }
}

function Importing({ id, onDone, onClose }: ImportingProps) {
  const names = useId()
  const dialog = useRef<HTMLDialogElement>(null)
  const form = useRef<HTMLFormElement>(null)
  const places = () => (form.current === null ? {} : valuesOf(form.current, PLACES))
  const { take, takeFiles, post, label, ...shown } = useImport(id, places, onDone)
  useEffect(() => dialog.current?.showModal(), [])
  // By the dialog itself: while it is open, nothing outside takes the focus.
  const close = (): void => dialog.current?.close()

  return (
    <dialog ref={dialog} aria-labelledby={`${names}-name`} onClose={onClose}>
      <h2 id={`${names}-name`}>Add credentials</h2>
      <p>
        Adds each to the end of the ring, or updates one that is there. “Check” asks Google about
        each first and keeps nothing.
      </p>
      <form
        ref={form}
        class="wide drop"
        onSubmit={(event) => event.preventDefault()}
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault()
          if (event.dataTransfer !== null && event.dataTransfer.files.length > 0) {
            void takeFiles(event.dataTransfer.files)
          }
        }}
      >
        <label for={`${names}-text`}>Paste, or drop files here</label>
        <textarea
          id={`${names}-text`}
          rows={6}
          spellcheck={false}
          aria-describedby={`${names}-hint`}
          onInput={(event) => take(readCredentials('Pasted', event.currentTarget.value))}
        />
        <p class="hint" id={`${names}-hint`}>
          Service accounts and gcloud’s application default credentials as JSON, or Gemini API keys,
          one a line.
        </p>
        <label for={`${names}-files`}>Files</label>
        <input
          id={`${names}-files`}
          type="file"
          multiple
          accept=".json,.txt"
          onChange={(event) => {
            if (event.currentTarget.files !== null) void takeFiles(event.currentTarget.files)
          }}
        />
        <details>
          <summary>Where they are used</summary>
          {PLACES.map((field) => (
            <Input key={field.name} field={field} prefix={names} />
          ))}
        </details>
      </form>
      <Results reads={shown.reads} lines={shown.lines} labels={shown.labels} onLabel={label} />
      <Problem error={shown.error} />
      <div class="acts">
        <button type="button" disabled={!shown.mayCheck} onClick={() => void post(true)}>
          {shown.isBusy ? 'Working…' : 'Check'}
        </button>
        <button
          type="button"
          class="main"
          disabled={!shown.mayAdd}
          onClick={() => void post(false)}
        >
          Add {count(shown.many)}
        </button>
        <button type="button" onClick={close}>
          Close
        </button>
      </div>
    </dialog>
  )
}

/** They hold for all credentials of this import. An empty field follows from the credential. */
const PLACES: readonly Field[] = [
  {
    name: 'upstream',
    label: 'Upstream',
    type: 'select',
    options: ['', 'gemini-api', 'vertex', 'code-assist'],
    hint: 'Default: what fits the kind of credential.',
  },
  { name: 'project', label: 'Google Cloud project', hint: 'Empty: the credential’s own.' },
  { name: 'location', label: 'Location', hint: 'Empty: the gateway’s. Such as us-central1.' },
]
