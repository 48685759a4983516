import { useState } from 'preact/hooks'
import { ask } from '../api.ts'
import { words } from '../format.ts'
import { Countdown, Problem, Section, Table } from '../pieces.tsx'
import type { Credential, Explanation } from '../wire.ts'
import { nameOf } from './name-of.ts'

/**
 * Says whether a request for a model would be served, by which credential, and why not by the others. Has no effect
 * on the ring.
 */
export function Explain({
  id,
  credentials,
}: {
  /** The user's id; null for the caller's own ring. */
  readonly id: string | null
  readonly credentials: readonly Credential[]
}) {
  const [answer, setAnswer] = useState<Explanation | null>(null)
  const [error, setError] = useState<Error | null>(null)
  const explain = async (model: string): Promise<void> => {
    setError(null)
    try {
      const body = id === null ? { model } : { user: id, model }
      setAnswer(await ask<Explanation>({ path: '/debug/explain', body }))
    } catch (thrown) {
      setAnswer(null)
      setError(thrown instanceof Error ? thrown : new Error('Failed'))
    }
  }
  return (
    <Section title="Who would serve now?">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          const model = new FormData(event.currentTarget).get('model')
          if (typeof model === 'string') void explain(model.trim())
        }}
      >
        <label for="model">Model</label>
        <div class="acts">
          <input id="model" name="model" required defaultValue="gemini-2.5-flash" />
          <button class="main">Explain</button>
        </div>
      </form>
      <Problem error={error} />
      <div role="status">
        {answer !== null && <Told answer={answer} credentials={credentials} />}
      </div>
    </Section>
  )
}

function Told({
  answer,
  credentials,
}: {
  readonly answer: Explanation
  readonly credentials: readonly Credential[]
}) {
  const { chosen, model, resolved_model: resolved, serving_model: serving, reason } = answer
  return (
    <>
      {chosen === null ? (
        <p class="verdict bad">
          Nobody would serve {model}: {words(reason ?? 'unknown')}.
        </p>
      ) : (
        <p class="verdict good">
          {nameOf(chosen, credentials)} would serve {serving ?? model}
          {resolved !== null && serving !== resolved && ` in place of ${resolved}`}.
        </p>
      )}
      {answer.fallbacks.length > 0 && <p>Fallbacks: {answer.fallbacks.join(', ')}.</p>}
      <Table
        caption="Credentials in the order in which a request would go through them"
        columns={['Credential', 'Serves', 'Why', 'Until']}
        rows={answer.credentials.map(({ id, would_serve: serves, standing, until }) => ({
          id,
          cells: [
            nameOf(id, credentials),
            <span class={serves ? 'good' : 'bad'}>{serves ? 'yes' : 'no'}</span>,
            words(standing),
            until === null ? '–' : <Countdown to={until} />,
          ],
        }))}
      />
    </>
  )
}
