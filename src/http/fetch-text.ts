import { readText } from './read-text.ts'

/** Tokens, projects and the like have a few KB. */
const MAX_BYTES = 1_048_576

/**
 * Fetches a short answer whole, within a time and up to 1 MB. Rejects as `fetch` does, and where it is longer. The timer ends with the answer: one that is left to
 * run, as AbortSignal.timeout leaves it, would keep a Durable Object awake for as long.
 * Redirects are not followed: they would carry a credential to wherever they point.
 */
export async function fetchText(
  url: string,
  init: RequestInit,
  timeoutMs: number,
): Promise<{ readonly status: number; readonly text: string }> {
  const control = new AbortController()
  const timer = setTimeout(() => control.abort(), timeoutMs)
  try {
    const response = await fetch(url, { ...init, redirect: 'manual', signal: control.signal })
    const text = await readText(response, MAX_BYTES)
    if (text === null) throw new Error('The answer is too long.')
    return { status: response.status, text }
  } finally {
    clearTimeout(timer)
  }
}
