import { persistently } from '../../gateway/objects.ts'
import { TOTALS_NAME } from '../../objects/totals.ts'
import type { Call, Reply } from '../call.ts'

/** GET /metrics: Prometheus's text over all users, as their objects told it last; no user's object is woken. */
export async function metrics({ env }: Call): Promise<Reply> {
  const text = await persistently(() => env.TOTALS.getByName(TOTALS_NAME).metrics())
  return new Response(text, {
    headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
  })
}
