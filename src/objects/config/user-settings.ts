import { findModel } from '../../gemini/models/find-model.ts'
import type { Preferences } from '../../gemini/preferences.ts'
import type { ReasoningFormat } from '../../gemini/reasoning.ts'
import type { SafetySetting } from '../../gemini/types.ts'
import { type Limits, NO_LIMITS } from './limits.ts'

/**
 * In which order the ring is used: `sticky` stays on a credential, `round_robin` moves on with every request,
 * `least_used` takes the idlest.
 */
export const MODES = ['sticky', 'round_robin', 'least_used'] as const
export type Mode = (typeof MODES)[number]

/** What an admin decides about a user, besides the credentials. */
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
  /**
   * Which models serve instead of a model, in order, while every credential is out of quota for it. All names are
   * Google's.
   */
  readonly fallbacks: Readonly<Record<string, readonly string[]>>
  readonly limits: Limits
  /** Where thoughts go; null: the client's way of asking decides. */
  readonly reasoningFormat: ReasoningFormat | null
  /** For categories that a request does not name. They override the operator's. */
  readonly safetySettings: readonly SafetySetting[]
  /** Whether the user's clients may have responses and conversations stored. */
  readonly storeResponses: boolean
  /** Prefixes of the `gs://` and Files API addresses that the user's clients may name; none by default. */
  readonly mediaUris: readonly string[]
  /** The plan whose settings and limits override the user's own; null: none. */
  readonly plan: string | null
  /** Only this credential serves until that time, in epoch milliseconds. */
  readonly pin: { readonly credentialId: string; readonly until: number } | null
}

/** Some of the settings and limits. Whatever is missing stays unchanged. */
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

/** Whether the holder of a key may use the service now, or why not. `key_replaced`: the user has other keys. */
export type Admission = 'ok' | 'unknown_user' | 'key_replaced' | 'user_disabled' | 'user_expired'

/** Whether the settings allow the user to use the service. Pure. */
export function admissionOf(settings: UserSettings, now: number): Admission {
  if (settings.disabled) return 'user_disabled'
  return settings.expiresAt !== null && settings.expiresAt <= now ? 'user_expired' : 'ok'
}

/** Preferences for this user's answers. They go out with every lease. Pure. */
export function preferencesOf({
  reasoningFormat,
  safetySettings,
  storeResponses,
}: UserSettings): Preferences {
  return { reasoningFormat, safetySettings, storeResponses }
}

/** The target of a user's own name, in any capitalisation. */
function aliasOf(aliases: UserSettings['aliases'], asked: string): string | undefined {
  if (Object.hasOwn(aliases, asked)) return aliases[asked]
  const lower = asked.toLowerCase()
  return Object.entries(aliases).find(([name]) => name.toLowerCase() === lower)?.[1]
}

/**
 * The model that Google is asked for; null if the user may not ask for it. `standIn` replaces a name that is not one
 * of the user's aliases. Pure.
 */
export function resolveModel(
  settings: UserSettings,
  asked: string,
  standIn = asked,
): string | null {
  // The user's own names take precedence over the catalogue's.
  return allowedModel(settings, aliasOf(settings.aliases, asked) ?? standIn)
}

/** The model that Google calls so; null if the user may not ask for it. Pure. */
export function allowedModel({ models }: UserSettings, name: string): string | null {
  const model = findModel(name)?.id ?? name
  return models === null || models.includes(model) ? model : null
}
