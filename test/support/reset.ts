import { reset } from 'cloudflare:test'
// @ts-expect-error: of the plugin's own, without types. It knows what every `waitUntil` was given.
import { waitForGlobalWaitUntil } from 'cloudflare:test-internal'
import { afterEach } from 'vitest'

/** Some tests leave a client hanging on purpose. */
const PATIENCE_MS = 500

afterEach(async () => {
  // Settlements go out after the answer: they should not meet a deleted object. What fails there is logged where it does.
  const quiet = (waitForGlobalWaitUntil as () => Promise<void>)().catch(() => undefined)
  await Promise.race([quiet, scheduler.wait(PATIENCE_MS)])
  await reset()
})
