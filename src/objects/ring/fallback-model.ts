import { canDo, type Operation } from '../../gemini/operations.ts'
import type { Selection } from './select.ts'
import { allowedModel, type UserSettings } from '../config/user-settings.ts'

/** The model that serves a request, and the credential for it. */
export interface Choice {
  readonly model: string
  readonly selection: Selection
}

/**
 * Picks the model of an attempt: the one asked for. If every credential is out of quota for it, picks the first of
 * its fallbacks that some credential can serve. After any other failure, another model would not help. Pure.
 *
 * Vectors of two models cannot be compared, so embeddings have no fallback.
 */
export function choose(
  settings: UserSettings,
  asked: { readonly model: string; readonly operation: Operation },
  selectFor: (model: string) => Selection,
): Choice {
  const first = selectFor(asked.model)
  if (!isExhausted(first) || asked.operation === 'embed')
    return { model: asked.model, selection: first }
  let retryAt = first.retryAt
  for (const model of standInsFor(settings, asked.model)) {
    if (!canDo(model, asked.operation)) continue
    const selection = selectFor(model)
    if (selection.ok) return { model, selection }
    // The client may retry as soon as any of these models recovers.
    if (isExhausted(selection)) retryAt = Math.min(retryAt, selection.retryAt)
  }
  return { model: asked.model, selection: { ...first, retryAt } }
}

/** Those of a model's fallbacks that the user may ask for, in order. */
export function standInsFor(settings: UserSettings, model: string): readonly string[] {
  const chain = Object.hasOwn(settings.fallbacks, model) ? (settings.fallbacks[model] ?? []) : []
  // These are Google's names. An alias of the same name may lead back to the model that is out of quota.
  return chain.flatMap((name) => allowedModel(settings, name) ?? [])
}

function isExhausted(
  selection: Selection,
): selection is Extract<Selection, { reason: 'exhausted' }> {
  return !selection.ok && selection.reason === 'exhausted'
}
