import type { Clock } from '../clock.ts'
import { RENEW_EVERY_MS } from '../objects/ledger/lease-times.ts'
import { callUser } from './object-calls.ts'

interface Renewing {
  readonly env: Env
  readonly userId: string
  readonly clock: Clock
}

/**
 * Tells the object that a long attempt goes on, for as long as this Worker lives. Returns a function that stops this.
 */
export function keepRenewed({ env, userId, clock }: Renewing, leaseId: string): () => void {
  const renew = (): void => {
    stop = clock.after(RENEW_EVERY_MS, renew)
    // A failed renewal does no harm: the next one still comes in time.
    const renewed = callUser<void>(env, userId, async (user) => {
      await user.renew(leaseId)
    })
    void renewed.catch(() => undefined)
  }
  let stop = clock.after(RENEW_EVERY_MS, renew)
  return () => stop()
}
