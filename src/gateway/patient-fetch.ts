/**
 * Calls Google once. `ms` is how long the head of the answer may take, and all of an answer in JSON. A stream of events or
 * a file may take longer than that: nobody knows beforehand how long it is. Rejects as `fetch` does.
 */
export async function patientFetch(
  url: string,
  init: RequestInit,
  { signal, ms }: { readonly signal: AbortSignal; readonly ms: number },
): Promise<Response> {
  const control = new AbortController()
  const timer = setTimeout(() => control.abort(), ms)
  let answer: Response
  try {
    answer = await fetch(url, {
      ...init,
      // A redirect would carry the credential to wherever it points.
      redirect: 'manual',
      signal: AbortSignal.any([signal, control.signal]),
    })
  } catch (error) {
    clearTimeout(timer)
    throw error
  }
  const type = answer.headers.get('content-type') ?? ''
  const isJson = /^application\/json\b/i.test(type) && !url.includes('alt=media')
  if (!isJson) clearTimeout(timer)
  return answer
}
