import * as v from 'valibot'
import { isRecord } from '../../json/record.ts'
import { logError } from '../../http/log.ts'
import { DIRECTORY_NAME } from '../../objects/directory.ts'
import { SHARED_KEY } from '../../objects/directory/shared-snapshot.ts'
import { persistently } from '../../persistently.ts'
import type { Call } from '../call.ts'
import { planBody, planName } from './plan-schema.ts'
import { MAX_PLANS } from './plans.ts'
import { pricesBody } from './price-schema.ts'
import { toSettings } from './user-schema.ts'

/**
 * Brings back plans and prices from KV, as far as there are none: before the users, so that a plan holds as soon as
 * its user is there. What is there is newer than any snapshot.
 */
export async function restoreShared({ env, by, requestId }: Call): Promise<void> {
  const lives = livesIn(await env.SNAPSHOTS.get(SHARED_KEY, 'json'))
  if (lives.length === 0) return
  const listed = lives.flatMap(({ plans: all }) => (Array.isArray(all) ? (all as unknown[]) : []))
  const plans = listed.flatMap((one) => {
    const plan = v.safeParse(v.object({ name: planName(), settings: planBody() }), one)
    if (!plan.success) logError('plan_unreadable', { request_id: requestId })
    if (!plan.success) return []
    const { name, settings } = plan.output
    return [{ name, given: { wire: settings, settings: toSettings(settings) } }]
  })
  const priced = lives.find(({ prices: all }) => !Array.isArray(all) || all.length > 0)
  const read = v.safeParse(pricesBody(), { prices: priced?.['prices'] ?? [] })
  if (!read.success) logError('prices_unreadable', { request_id: requestId })
  const prices = read.success ? read.output.prices : []
  await persistently(() =>
    env.DIRECTORY.getByName(DIRECTORY_NAME).restoreShared(plans, prices, by, MAX_PLANS),
  )
}

/** What each storage of the directory left since the last restore, the newest first. */
function livesIn(kept: unknown): readonly Readonly<Record<string, unknown>>[] {
  return isRecord(kept) ? [kept, ...livesIn(kept['before'])] : []
}
