import { RENEW_EVERY_MS } from '../objects/ledger/ledger.ts'
import { callUser } from './objects.ts'

interface Renewing {
  readonly env: Env
  readonly userId: string
}

/** Says of a long attempt that it goes on, for as long as this Worker lives; what is returned ends that. */
export function keepRenewed({ env, userId }: Renewing, leaseId: string): () => void {
  const renew = (): void => {
    // Where it fails, the next one is in time.
    const renewed = callUser<void>(env, userId, async (user) => {
      await user.renew(leaseId)
    })
    void renewed.catch(() => undefined)
  }
  const timer = setInterval(renew, RENEW_EVERY_MS)
  return () => clearInterval(timer)
}
