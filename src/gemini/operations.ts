import type { Kind } from './models/catalogue.ts'
import { findModel } from './models/find-model.ts'
import { type Upstream, UPSTREAMS } from './upstreams.ts'

/** What a model is asked to do: generate (text, images, speech) or embed. */
export type Operation = 'generate' | 'embed'

/** Code Assist has no embeddings (docs/google.md: Embeddings). */
const SERVED_BY: Readonly<Record<Operation, readonly Upstream[]>> = {
  generate: UPSTREAMS,
  embed: ['gemini-api', 'vertex'],
}

const OPERATION_OF: Readonly<Record<Kind, Operation>> = {
  text: 'generate',
  image: 'generate',
  speech: 'generate',
  embedding: 'embed',
}

export function serves(upstream: Upstream, operation: Operation): boolean {
  return SERVED_BY[operation].includes(upstream)
}

/**
 * False only if the model is known to be for something else. An unknown model may be one that Google has just added,
 * so it is asked.
 */
export function canDo(model: string, operation: Operation): boolean {
  const known = findModel(model)
  return known === undefined || OPERATION_OF[known.kind] === operation
}
