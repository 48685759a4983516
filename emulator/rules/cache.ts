/** Cached contents and continuation (google-upstreams §4.10, §12). */
import { failure, invalidArgument } from '../errors/failure.ts'
import type { Failure } from '../errors/failure.ts'
import type { Subject } from './subject.ts'

const CONTINUES_SINCE = 4

export function checkCache({ request, model }: Subject): Failure | undefined {
  if (request.continuationToken !== undefined && model.generation < CONTINUES_SINCE) {
    return invalidArgument('Continuation is not supported for this model.')
  }
  if (request.cachedContent === undefined) return undefined
  if (model.generation >= CONTINUES_SINCE) {
    return invalidArgument('Explicit caching is not supported for this model.')
  }
  if (request.systemInstruction || request.tools || request.toolConfig) {
    return invalidArgument(
      'CachedContent can not be used with GenerateContent request setting system_instruction, tools ' +
        'or tool_config.\n\nProposed fix: move those values to CachedContent from GenerateContent request.',
    )
  }
  // Nothing here creates caches, so none can be found.
  return failure(403, 'CachedContent not found (or permission denied)')
}
