import type { Failure } from '../../failure/failure.ts'
import type { GenerateContentRequest } from '../../gemini/types.ts'
import { conflictWithCache } from '../cached-content.ts'

/** `beside`: what the dialect calls system instructions and tools. */
export function cacheConflict(request: GenerateContentRequest, beside: string): Failure | null {
  const wrong = conflictWithCache(request, beside)
  if (wrong === null) return null
  const message = `Invalid value for 'cached_content': it ${wrong}.`
  return { reason: 'invalid_value', message, param: 'cached_content' }
}
