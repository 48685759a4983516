/** Cached contents and continuation (docs/google.md: Cached contents, Long answers). */
import { failure, invalidArgument } from '../errors/failure.ts'
import type { Failure } from '../errors/failure.ts'
import { noCache } from '../resources/owner.ts'
import type { Subject } from './subject.ts'

export const CONTINUES_SINCE = 4
export const NO_CACHING = 'Explicit caching is not supported for this model.'

export function checkCache(subject: Subject): Failure | undefined {
  const { request, model, upstream } = subject
  const continued = checkContinuation(subject)
  if (continued || request.cachedContent === undefined) return continued
  if (model.generation >= CONTINUES_SINCE) return invalidArgument(NO_CACHING)
  if (request.systemInstruction || request.tools || request.toolConfig) {
    return invalidArgument(
      'CachedContent can not be used with GenerateContent request setting system_instruction, tools ' +
        'or tool_config.\n\nProposed fix: move those values to CachedContent from GenerateContent request.',
    )
  }
  // The emulator makes no caches of Vertex AI, so none can be found.
  if (upstream !== 'gemini-api') {
    const [id = ''] = request.cachedContent.split('/').slice(-1)
    return failure(404, `Not found: cached content metadata for ${id}.`)
  }
  const cache = subject.own?.cache(request.cachedContent)
  if (!cache) return noCache()
  if (cache.model === `models/${subject.asked ?? model.id}`) return undefined
  return invalidArgument(
    `Model used by GenerateContent request (models/${subject.asked ?? model.id}) and CachedContent (${cache.model}) has to be the same.`,
  )
}

/**
 * Google's guide says that a token belongs to the answer it came with. It does not say how another token is refused.
 */
function checkContinuation({ request, model, own }: Subject): Failure | undefined {
  if (request.continuationToken === undefined) return undefined
  if (model.generation < CONTINUES_SINCE) {
    return invalidArgument('Continuation is not supported for this model.')
  }
  const isKnown = own === undefined || own.continues(request.continuationToken)
  return isKnown ? undefined : invalidArgument('Invalid continuation token.')
}
