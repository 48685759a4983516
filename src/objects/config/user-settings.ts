import { findModel } from '../../gemini/models/find-model.ts'
import type { Preferences } from '../../gemini/preferences.ts'
import type { ReasoningFormat } from '../../gemini/reasoning.ts'
import type { SafetySetting } from '../../gemini/types.ts'
import { type Limits, NO_LIMITS } from './limits.ts'

/** How the ring is gone through: `sticky` stays, `round_robin` moves on with every request, `least_used` takes the idlest. */
export const MODES = ['sticky', 'round_robin', 'least_used'] as const
export type Mode = (typeof MODES)[number]

/** What an admin decides about a user, beside the credentials. */
export interface UserSettings {
  readonly label: string | null
  readonly mode: Mode
  /** Conversations keep to a credential of their own while it can serve. */
  readonly affinity: boolean
  readonly disabled: boolean
  /** Epoch milliseconds; null: never. */
  readonly expiresAt: number | null
  /** The models that the user may ask for, after aliases; null: all. */
  readonly models: readonly string[] | null
  /** The user's own names for models. */
  readonly aliases: Readonly<Record<string, string>>
  /** What serves instead of a model that every credential is out of quota for, in order; both by Google's names. */
  readonly fallbacks: Readonly<Record<string, readonly string[]>>
  readonly limits: Limits
  /** Where thoughts go; null: as the client's way of asking suggests. */
  readonly reasoningFormat: ReasoningFormat | null
  /** For categories that a request says nothing of; they go before the operator's. */
  readonly safetySettings: readonly SafetySetting[]
  /** Whether the user's clients may have responses and conversations stored. */
  readonly storeResponses: boolean
  /** What `gs://` and Files API addresses that the user's clients may name begin with; none unless an admin says. */
  readonly mediaUris: readonly string[]
  /** Whose settings and limits go before the user's own; null: none's. */
  readonly plan: string | null
  /** Only this credential serves until then. */
  readonly pin: { readonly credentialId: string; readonly until: number } | null
}

/** Some settings, and of the limits some; what is not said stays as it is. */
export type SettingsChange = Partial<Omit<UserSettings, 'limits'>> & {
  readonly limits?: Partial<Limits>
}

export const MAX_MEDIA_URIS = 100

export const DEFAULT_SETTINGS: UserSettings = {
  label: null,
  mode: 'sticky',
  affinity: false,
  disabled: false,
  expiresAt: null,
  models: null,
  aliases: {},
  fallbacks: {},
  limits: NO_LIMITS,
  reasoningFormat: null,
  safetySettings: [],
  storeResponses: true,
  mediaUris: [],
  plan: null,
  pin: null,
}

/** Whether the holder of a key may use the service now, and if not, why. `key_replaced`: the user has others. */
export type Admission = 'ok' | 'unknown_user' | 'key_replaced' | 'user_disabled' | 'user_expired'

/** Pure. */
export function admissionOf(settings: UserSettings, now: number): Admission {
  if (settings.disabled) return 'user_disabled'
  return settings.expiresAt !== null && settings.expiresAt <= now ? 'user_expired' : 'ok'
}

/** What the answers to this user are like; goes out with every lease. Pure. */
export function preferencesOf({
  reasoningFormat,
  safetySettings,
  storeResponses,
}: UserSettings): Preferences {
  return { reasoningFormat, safetySettings, storeResponses }
}

/** What a name of the user's own stands for, however it is capitalised. */
function aliasOf(aliases: UserSettings['aliases'], asked: string): string | undefined {
  if (Object.hasOwn(aliases, asked)) return aliases[asked]
  const lower = asked.toLowerCase()
  return Object.entries(aliases).find(([name]) => name.toLowerCase() === lower)?.[1]
}

/** The model that Google is asked for; null where the user may not ask for it. `standIn`: for a name that is none of the user's. Pure. */
export function resolveModel(
  settings: UserSettings,
  asked: string,
  standIn = asked,
): string | null {
  const { aliases, models } = settings
  const named = aliasOf(aliases, asked) ?? standIn
  // The user's own names go before the catalogue's.
  const model = findModel(named)?.id ?? named
  return models === null || models.includes(model) ? model : null
}
