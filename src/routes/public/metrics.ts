import { persistently } from '../../persistently.ts'
import { TOTALS_NAME } from '../../objects/totals.ts'
import type { Call, Reply } from '../call.ts'

/** GET /metrics: text for Prometheus about all users, as their objects last reported. Wakes no user's object. */
export async function metrics({ env }: Call): Promise<Reply> {
  const text = await persistently(() => env.TOTALS.getByName(TOTALS_NAME).metrics())
  return new Response(text, {
    headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
  })
}
