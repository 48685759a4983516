import { useEffect, useState } from 'preact/hooks'
import type { Session } from '../../../src/wire/session.ts'
import { ApiError, ask } from '../api.ts'
import { setClock } from '../clock.ts'
import { Problem } from '../pieces.tsx'
import { forget, key, remember, role, version } from '../session.ts'

/** Signs in. Whose key it is decides what the page shows. */
async function enter(typed: string, inTab: boolean): Promise<void> {
  const session = await ask<Session>({ path: '/v1/session', key: typed })
  setClock(session.now)
  remember(typed, inTab)
  version.value = session.version
  role.value = session.role
}

export function SignIn() {
  const [error, setError] = useState<Error | null>(null)
  const [wait, setWait] = useState(0)
  const [isBusy, setBusy] = useState(false)
  const isComingBack = key.value !== null

  const go = async (typed: string, inTab: boolean): Promise<void> => {
    setBusy(true)
    setError(null)
    try {
      await enter(typed, inTab)
    } catch (thrown) {
      if (thrown instanceof ApiError && thrown.status === 429) setWait(thrown.retryAfter ?? 1)
      else if (thrown instanceof ApiError && thrown.status === 401) forget()
      setError(inWords(thrown))
    } finally {
      setBusy(false)
    }
  }
  useEffect(() => {
    document.title = 'Sign in · Pollux'
    const kept = key.peek()
    if (kept !== null) void go(kept, true)
  }, [])
  useEffect(() => {
    if (wait <= 0) return
    const timer = setTimeout(() => setWait(wait - 1), 1000)
    return () => clearTimeout(timer)
  }, [wait])

  return (
    <main class="signin">
      <h1>Pollux</h1>
      <form
        class="wide"
        onSubmit={(event) => {
          event.preventDefault()
          const data = new FormData(event.currentTarget)
          const typed = data.get('key')
          if (typeof typed === 'string') void go(typed.trim(), data.get('keep') !== null)
        }}
      >
        <label for="key">API key</label>
        <input
          id="key"
          name="key"
          type="password"
          required
          autocomplete="off"
          aria-describedby="key-hint"
        />
        <p class="hint" id="key-hint">
          The master key opens all users and every act; a user's key opens the own ring and use.
        </p>
        <label class="check">
          <input type="checkbox" name="keep" /> Keep it in this tab until it is closed
        </label>
        <Problem error={error} />
        {wait > 0 && <p class="warn">Another try in {wait} s.</p>}
        <p>
          <button class="main" disabled={isBusy || wait > 0}>
            {isBusy || (isComingBack && error === null) ? 'Looking…' : 'Sign in'}
          </button>
        </p>
      </form>
    </main>
  )
}

function inWords(thrown: unknown): Error {
  if (!(thrown instanceof ApiError)) return thrown instanceof Error ? thrown : new Error('Failed')
  if (thrown.status === 401) return new Error('This gateway knows no such key.')
  if (thrown.status === 429)
    return new Error(
      'Too many wrong keys came from your address: it is locked for a while, for right keys too.',
    )
  return thrown
}
