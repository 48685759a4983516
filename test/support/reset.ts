import { reset } from 'cloudflare:test'
import { afterEach } from 'vitest'

afterEach(async () => {
  // Settlements go out after the answer; those of the last request should not meet a deleted object.
  await scheduler.wait(5)
  await reset()
})
