import type { Kind } from './models/catalogue.ts'
import { findModel } from './models/find-model.ts'
import { type Upstream, UPSTREAMS } from './upstreams.ts'

/** What is asked of a model: to generate (text, images, speech), or to embed. */
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

/** False only where the model is known to be for something else: one that Google adds tomorrow is asked. */
export function canDo(model: string, operation: Operation): boolean {
  const known = findModel(model)
  return known === undefined || OPERATION_OF[known.kind] === operation
}
