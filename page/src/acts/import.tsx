import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { ask } from '../api.ts'
import { brief, count, words } from '../format.ts'
import { Problem, Table } from '../pieces.tsx'
import { type Read, readCredentials } from './credential-files.ts'
import { tell } from './notice.tsx'
import { pathOf } from './paths.ts'

interface Line {
  readonly line: number
  readonly ok: boolean
  readonly added?: boolean
  readonly credential?: string | { readonly id?: string }
  readonly verdict?: string
  readonly reason?: string | null
  readonly advice?: string | null
  readonly error?: { readonly message?: string }
}

/** Credentials by paste or drop: a dry run first, and a result a line. */
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
          close={() => {
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
  readonly close: () => void
}

function Importing({ id, onDone, close }: ImportingProps) {
  const names = useId()
  const dialog = useRef<HTMLDialogElement>(null)
  const tried = useRef({ request: '', once: '' })
  const [reads, setReads] = useState<readonly Read[]>([])
  const [lines, setLines] = useState<readonly Line[]>([])
  const [isChecked, setChecked] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<Error | null>(null)
  useEffect(() => dialog.current?.showModal(), [])
  const good = reads.flatMap((read) => ('body' in read ? [read] : []))

  const take = (read: readonly Read[]): void => {
    setReads(read)
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
    const request = {
      path: `${pathOf(id)}/credentials/bulk${isDry ? '?dry_run=1' : ''}`,
      body: { credentials: good.map(({ body }) => body) },
    }
    const text = JSON.stringify(request)
    if (tried.current.request !== text) tried.current = { request: text, once: crypto.randomUUID() }
    try {
      // What Google says may change between two dry runs: each is asked anew.
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

  return (
    <dialog ref={dialog} aria-labelledby={`${names}-name`} onClose={close}>
      <h2 id={`${names}-name`}>Add credentials</h2>
      <p>
        Adds each to the end of the ring, or updates one that is there. “Check” asks Google about
        each first and keeps nothing.
      </p>
      <form
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
      </form>
      <Results reads={reads} lines={lines} />
      <Problem error={error} />
      <div class="acts">
        <button
          type="button"
          disabled={isBusy || good.length === 0}
          onClick={() => void post(true)}
        >
          {isBusy ? 'Working…' : 'Check'}
        </button>
        <button
          type="button"
          class="main"
          disabled={isBusy || good.length === 0 || (lines.length > 0 && !isChecked)}
          onClick={() => void post(false)}
        >
          Add {count(good.length)}
        </button>
        <button type="button" onClick={close}>
          Close
        </button>
      </div>
    </dialog>
  )
}

/** Lines that were not sent have their own reason; the others have what the gateway said, in their order. */
function Results({
  reads,
  lines,
}: {
  readonly reads: readonly Read[]
  readonly lines: readonly Line[]
}) {
  if (reads.length === 0) return null
  let sent = 0
  return (
    <Table
      caption="Credentials that were read"
      columns={['Credential', 'Result']}
      rows={reads.map((read, index) => {
        const line = 'body' in read ? lines[sent++] : undefined
        return {
          id: String(index),
          cells: [
            read.name,
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
