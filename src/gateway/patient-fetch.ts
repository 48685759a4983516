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
  if (isJson) timers.set(answer, timer)
  else clearTimeout(timer)
  return answer
}

const timers = new WeakMap<Response, ReturnType<typeof setTimeout>>()

/** Lets an answer in JSON take longer: it is too long to be held, and passes on as fast as its client reads. */
export function bearWith(answer: Response): void {
  const timer = timers.get(answer)
  if (timer !== undefined) clearTimeout(timer)
}
