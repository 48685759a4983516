import { useEffect, useState } from 'preact/hooks'
import { ask } from './api.ts'
import { setClock } from './clock.ts'

export interface Loaded<T> {
  readonly data: T | null
  readonly error: Error | null
  readonly reload: () => void
}

/**
 * Loads an answer of the API; with `everyMs`, again and again. Does so only while the page is visible: an object that
 * is asked cannot sleep.
 */
export function useLoad<T>(path: string | null, everyMs?: number): Loaded<T> {
  const [state, setState] = useState<{ path: string; data: T | null; error: Error | null }>()
  const [round, setRound] = useState(0)
  useEffect(() => {
    if (path === null) return
    let isOver = false
    const load = async (): Promise<void> => {
      try {
        const data = await ask<T & { readonly now?: string }>({ path })
        setClock(data.now)
        if (!isOver) setState({ path, data, error: null })
      } catch (thrown) {
        const error = thrown instanceof Error ? thrown : new Error(String(thrown))
        if (!isOver) setState((had) => ({ path, data: had?.data ?? null, error }))
      }
    }
    const again = (): void => {
      if (!document.hidden) void load()
    }
    void load()
    if (everyMs === undefined) {
      return () => {
        isOver = true
      }
    }
    const timer = setInterval(again, everyMs)
    document.addEventListener('visibilitychange', again)
    return () => {
      isOver = true
      clearInterval(timer)
      document.removeEventListener('visibilitychange', again)
    }
  }, [path, everyMs, round])
  const current = state?.path === path ? state : undefined
  return {
    data: current?.data ?? null,
    error: current?.error ?? null,
    reload: () => setRound((last) => last + 1),
  }
}
