import { RENEW_EVERY_MS } from '../objects/ledger/lease-times.ts'
import { callUser } from './object-calls.ts'

interface Renewing {
  readonly env: Env
  readonly userId: string
}

/**
 * Tells the object that a long attempt goes on, for as long as this Worker lives. Returns a function that stops this.
 */
export function keepRenewed({ env, userId }: Renewing, leaseId: string): () => void {
  const renew = (): void => {
    // A failed renewal does no harm: the next one still comes in time.
    const renewed = callUser<void>(env, userId, async (user) => {
      await user.renew(leaseId)
    })
    void renewed.catch(() => undefined)
  }
  const timer = setInterval(renew, RENEW_EVERY_MS)
  return () => clearInterval(timer)
}
