/** Parts of a request that contradict each other, as far as this can be told before Google is asked. */
import { findModel } from '../../gemini/models/find-model.ts'
import { traitsOf } from '../../gemini/models/traits.ts'
import type { GenerateContentRequest } from '../../gemini/types.ts'
import type { Failure } from '../../failure/failure.ts'
import type { SettingsFields } from './settings/settings.ts'

export function conflictIn(
  request: GenerateContentRequest,
  chat: SettingsFields & { readonly model: string },
): Failure | null {
  return cachedTwice(request) ?? impossibleOutput(chat)
}

/** A cache has a system instruction and tools of its own (docs/google.md: Cached contents). */
function cachedTwice(request: GenerateContentRequest): Failure | null {
  const { cachedContent, systemInstruction, tools, toolConfig } = request
  if (cachedContent === undefined) return null
  if (systemInstruction === undefined && tools === undefined && toolConfig === undefined)
    return null
  return {
    reason: 'invalid_value',
    message:
      "Invalid value for 'cached_content': it goes without system messages and tools; they must be part of what is cached.",
    param: 'cached_content',
  }
}

/** Only for models of the catalogue: another name may be an alias of the user's for any model. */
function impossibleOutput({
  model,
  modalities,
}: SettingsFields & { readonly model: string }): Failure | null {
  if (!modalities) return null
  const known = findModel(model)
  if (known === undefined) return null
  const { output } = traitsOf(known.id, 'vertex')
  const impossible = modalities.find(
    (modality) => modality !== 'text' && !output.includes(modality),
  )
  if (impossible === undefined) return null
  return {
    reason: 'unsupported_value',
    message: `Unsupported value for 'modalities': the model '${known.id}' does not answer in ${impossible}.`,
    param: 'modalities',
  }
}
