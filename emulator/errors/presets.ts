/**
 * Every error that a script can name. Texts and details are from docs/google.md, Access tokens, Errors by status,
 * Limits.
 */
import { CLIENT_PRESETS } from './client-presets.ts'
import { OAUTH_PRESETS } from './oauth-presets.ts'
import { QUOTA_PRESETS } from './quota-presets.ts'
import { SERVER_PRESETS } from './server-presets.ts'

export const PRESETS = {
  ...CLIENT_PRESETS,
  ...QUOTA_PRESETS,
  ...SERVER_PRESETS,
  ...OAUTH_PRESETS,
}

export type PresetName = keyof typeof PRESETS

export const PRESET_NAMES: ReadonlySet<string> = new Set(Object.keys(PRESETS))
