import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { type Ask, ask } from '../api.ts'
import { Problem } from '../pieces.tsx'
import { type Field, Input, type Values, valuesOf } from './field.tsx'
import { tell } from './notice.tsx'

export interface ActProps {
  /** Text of the button, and of the message when it is done. */
  readonly name: string
  /** What the act is about, for screen readers, if the screen has several buttons of this name. */
  readonly of?: string
  /** What it will do, in a sentence or two. */
  readonly does: string
  readonly fields?: readonly Field[]
  readonly danger?: boolean
  readonly main?: boolean
  /** Throws an Error whose message says which field is wrong. */
  readonly request: (values: Values) => Ask
  /** The dialog stays open and shows this; without it, the dialog closes. */
  readonly shows?: (answer: unknown) => ComponentChildren
  readonly onDone?: () => void
}

/**
 * A button with a dialog. The dialog says what will happen, asks for what is needed, does it once, and shows the
 * result.
 */
export function Act(props: ActProps) {
  const { name, of, danger = false, main = false } = props
  const [isOpen, setOpen] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const onClose = (): void => {
    setOpen(false)
    button.current?.focus()
  }
  return (
    <>
      <button
        ref={button}
        type="button"
        class={danger ? 'danger' : main ? 'main' : undefined}
        aria-label={of === undefined ? undefined : `${name}: ${of}`}
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
      >
        {name}
      </button>
      {isOpen && <Asking {...props} onClose={onClose} />}
    </>
  )
}

function Asking({ onClose, ...props }: ActProps & { readonly onClose: () => void }) {
  const { name, of, does, fields = [], danger = false, request, shows, onDone } = props
  const id = useId()
  const dialog = useRef<HTMLDialogElement>(null)
  const tried = useRef({ request: '', once: '' })
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<Error | null>(null)
  const [result, setResult] = useState<ComponentChildren>(null)
  useEffect(() => dialog.current?.showModal(), [])
  // By the dialog itself: while it is open, nothing outside takes the focus.
  const close = (): void => dialog.current?.close()

  const run = async (form: HTMLFormElement): Promise<void> => {
    setBusy(true)
    setError(null)
    try {
      const asked = request(valuesOf(form, fields))
      // Trying the same request again is the same act; with other values it is another.
      const text = JSON.stringify(asked)
      if (tried.current.request !== text) {
        tried.current = { request: text, once: crypto.randomUUID() }
      }
      const answer = await ask<unknown>({ ...asked, once: tried.current.once })
      tell(`Done: ${name}${of === undefined ? '' : `, ${of}`}.`)
      onDone?.()
      const shown = shows?.(answer)
      if (shown === undefined || shown === null) close()
      else setResult(shown)
    } catch (thrown) {
      setError(thrown instanceof Error ? thrown : new Error(String(thrown)))
    } finally {
      setBusy(false)
    }
  }

  return (
    <dialog ref={dialog} aria-labelledby={`${id}:title`} onClose={onClose}>
      <h2 id={`${id}:title`}>
        {name}
        {of !== undefined && `: ${of}`}
      </h2>
      {result === null ? (
        <form
          class="wide"
          onSubmit={(event) => {
            event.preventDefault()
            void run(event.currentTarget)
          }}
        >
          <p>{does}</p>
          {fields.map((field) => (
            <Input key={field.name} field={field} prefix={id} />
          ))}
          <Problem error={error} />
          <div class="acts">
            <button type="submit" class={danger ? 'danger' : 'main'} disabled={isBusy}>
              {isBusy ? 'Working…' : name}
            </button>
            <button type="button" onClick={close}>
              Cancel
            </button>
          </div>
        </form>
      ) : (
        <>
          {result}
          <div class="acts">
            <button type="button" class="main" onClick={close}>
              Close
            </button>
          </div>
        </>
      )}
    </dialog>
  )
}
