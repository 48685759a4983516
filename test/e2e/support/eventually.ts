import { setTimeout as sleep } from 'node:timers/promises'

const POLL_MS = 25
const DEADLINE_MS = 10_000

/** Looks again and again until `accept` is content, and answers what it then saw. */
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
