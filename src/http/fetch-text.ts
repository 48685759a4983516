/**
 * Fetches a short answer whole, within a time. Rejects as `fetch` does. The timer ends with the answer: one that is left to
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
    return { status: response.status, text: await response.text() }
  } finally {
    clearTimeout(timer)
  }
}
