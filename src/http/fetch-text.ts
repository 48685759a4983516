import { readText } from './read-text.ts'

/** Bytes. Tokens, projects and the like take a few KB. */
const MAX_BYTES = 1_048_576

/**
 * Fetches a short answer whole, within `timeoutMs` and up to 1 MB; the status may be any. Rejects as `fetch` does,
 * and if the answer is too long.
 * The timer is cleared when the answer is there: AbortSignal.timeout would leave it running, which keeps a Durable
 * Object awake.
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
