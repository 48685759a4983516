import { reset } from 'cloudflare:test'
import { afterEach } from 'vitest'

afterEach(async () => {
  // Settlements are sent within 20 ms after the answer, and those of the last request must not meet a deleted object.
  // This waits for a time, since waiting for the promises of `waitUntil` would hang the whole run: promises of one
  // request never settle in another.
  await scheduler.wait(25)
  await reset()
})
