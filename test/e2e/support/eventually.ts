import { setTimeout as sleep } from 'node:timers/promises'

const POLL_MS = 25
const DEADLINE_MS = 10_000

/** Calls `look` until `accept` returns true for the result, and returns that result. */
export async function eventually<T>(
  look: () => T | Promise<T>,
  accept: (seen: T) => boolean,
  deadlineMs = DEADLINE_MS,
): Promise<T> {
  const deadline = Date.now() + deadlineMs
  for (;;) {
    const seen = await look()
    if (accept(seen)) return seen
    if (Date.now() > deadline) {
      throw new Error(`not within ${deadlineMs} ms; the last seen: ${JSON.stringify(seen)}`)
    }
    await sleep(POLL_MS)
  }
}
