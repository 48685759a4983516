/**
 * All of a chat request except the conversation and its tools. Each kind of setting has one line here and a file of
 * its own.
 */
import * as v from 'valibot'
import type { GenerateContentRequest, GenerationConfig } from '../../../gemini/types.ts'
import { present } from '../../../json/record.ts'
import { generationEntries, toGenerationConfig } from './generation-config.ts'
import { googleEntries, googleExtrasOf } from './google-extras.ts'
import { modalityEntries, toModalities } from './modalities.ts'
import { responseFormatEntries, toResponseFormat } from './response-format.ts'
import { thinkingEntries, toThinkingConfig } from './thinking.ts'
import { lowerCaseOf, string } from '../../words.ts'
import { lazy } from '../../../lazy.ts'

/** Tiers of OpenAI's that Google has too. The others are not sent to Google (docs/google.md: One upstream's fields). */
const TIERS: ReadonlySet<string> = new Set(['flex', 'priority'])

export const settingsEntries = lazy(() => ({
  ...generationEntries(),
  ...thinkingEntries(),
  ...responseFormatEntries(),
  ...modalityEntries(),
  ...googleEntries(),
  service_tier: v.nullish(string()),
  verbosity: v.nullish(lowerCaseOf(['low', 'medium', 'high'])),
}))

const settingsFields = lazy(() => v.object(settingsEntries()))
export type SettingsFields = v.InferOutput<ReturnType<typeof settingsFields>>

export function toSettings(
  chat: SettingsFields,
): Omit<Partial<GenerateContentRequest>, 'contents'> {
  const google = googleExtrasOf(chat)
  const config: GenerationConfig = Object.assign(
    toGenerationConfig(chat),
    toResponseFormat(chat),
    toModalities(chat, google),
  )
  const thinkingConfig = toThinkingConfig(chat, google)
  if (thinkingConfig) config.thinkingConfig = thinkingConfig
  if (google.mediaResolution) config.mediaResolution = google.mediaResolution
  const { service_tier: tier } = chat
  return present({
    generationConfig: Object.keys(config).length > 0 ? config : null,
    safetySettings: google.safetySettings,
    cachedContent: google.cachedContent,
    serviceTier: tier && TIERS.has(tier) ? tier : null,
  })
}

/** Gemini has no such setting, so the model is asked in words. */
const IN_WORDS = {
  low: 'Keep your answers short.',
  medium: null,
  high: 'Answer at length and in detail.',
} as const

export function verbosityText({ verbosity }: SettingsFields): string | null {
  return verbosity ? IN_WORDS[verbosity] : null
}
