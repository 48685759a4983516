import type { Shared } from '../config/profile.ts'
import type { SettingsChange } from '../config/user-settings.ts'
import type { UserState } from '../state.ts'
import { namesOf } from './administration.ts'

/**
 * Takes over what an admin set for many users at once. If that changes the plan that this user has, the user's audit
 * says so: a plan has no audit of its own.
 */
export function takeOver({ profile, audit }: UserState, shared: Shared): void {
  const before = profile.share(shared)?.plan
  const { plan } = shared
  if (!before || !plan?.by || before.name !== plan.name) return
  const [old, now] = [valuesByName(before.settings), valuesByName(plan.settings)]
  const names = new Set([...old.keys(), ...now.keys()])
  const fields = [...names].filter((name) => old.get(name) !== now.get(name))
  if (fields.length > 0) audit.record(plan.by, 'plan.changed', plan.name, { fields })
}

function valuesByName(settings: SettingsChange): ReadonlyMap<string, string | undefined> {
  const { limits = {}, ...rest } = settings
  const values = [...Object.values(rest), ...Object.values(limits)]
  // In the order of the names.
  return new Map(namesOf(settings).map((name, index) => [name, JSON.stringify(values[index])]))
}
