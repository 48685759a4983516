import { useRef, useState } from 'preact/hooks'
import { ask } from '../api.ts'
import { count, words } from '../format.ts'
import { Problem } from '../pieces.tsx'

export interface PagedProps {
  readonly name: string
  readonly does: string
  readonly path: string
  /** The field of the request that says where to continue. */
  readonly place: string
  /** Fields of the answers that are added up: numbers, or lists whose length counts. */
  readonly counts: readonly string[]
}

type Sums = Readonly<Record<string, number>>

/** An act that goes through all users, one page at a time. If a page fails, another try continues with that page. */
export function Paged({ name, does, path, place, counts }: PagedProps) {
  const [sums, setSums] = useState<Sums>({})
  const [next, setNext] = useState<string | null>(null)
  const [state, setState] = useState<'idle' | 'busy' | 'done'>('idle')
  const [error, setError] = useState<Error | null>(null)
  // The Idempotency-Key of the next page: another try of that page is the same act.
  const once = useRef<string>(crypto.randomUUID())

  const run = async (): Promise<void> => {
    setState('busy')
    setError(null)
    let at = next
    let all: Sums = at === null ? {} : sums
    try {
      do {
        const body = at === null ? {} : { [place]: at }
        const answer = await ask<Record<string, unknown>>({ path, body, once: once.current })
        once.current = crypto.randomUUID()
        all = added(all, answer, counts)
        at = typeof answer['next'] === 'string' ? answer['next'] : null
        setSums(all)
        setNext(at)
      } while (at !== null)
      setState('done')
    } catch (thrown) {
      setState('idle')
      setError(thrown instanceof Error ? thrown : new Error('Failed'))
    }
  }

  return (
    <>
      <p>{does}</p>
      <button type="button" disabled={state === 'busy'} onClick={() => void run()}>
        {next === null || state === 'busy' ? name : `Go on: ${name}`}
      </button>
      <p role="status">
        {Object.entries(sums)
          .map(([what, sum]) => `${words(what)}: ${count(sum)}`)
          .join(', ')}
        {state === 'busy' && ' Working…'}
        {state === 'done' && '. Done.'}
      </p>
      <Problem error={error} />
    </>
  )
}

function added(sums: Sums, answer: Record<string, unknown>, counts: readonly string[]): Sums {
  return Object.fromEntries(
    counts.map((name) => {
      const value = answer[name]
      const more = Array.isArray(value) ? value.length : Number(value ?? 0)
      return [name, (sums[name] ?? 0) + more]
    }),
  )
}
