import { reset } from 'cloudflare:test'
import { afterEach } from 'vitest'

afterEach(async () => {
  // Settlements go out within 20 ms of the answer: those of the last request should not meet a deleted object. By time, since
  // waiting for what `waitUntil` was given hangs the whole run: promises of one request never end in another.
  await scheduler.wait(25)
  await reset()
})
