/** Parts of a request that contradict each other, as far as this can be told before Google is asked. */
import { findModel } from '../../gemini/models/find-model.ts'
import { traitsOf } from '../../gemini/models/traits.ts'
import type { GenerateContentRequest } from '../../gemini/types.ts'
import type { Failure } from '../../failure/failure.ts'
import { cacheConflict } from '../openai/cache-conflict.ts'
import type { SettingsFields } from './settings/settings.ts'

export function conflictIn(
  request: GenerateContentRequest,
  chat: SettingsFields & { readonly model: string },
): Failure | null {
  return cacheConflict(request, 'system messages and tools') ?? impossibleOutput(chat)
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
