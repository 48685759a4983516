import type { Kind } from '../../gemini/models/catalogue.ts'
import { findModel } from '../../gemini/models/find-model.ts'
import type { Failure } from '../../failure/failure.ts'

/**
 * The failure if the model is known to make something else. An unknown model may be one that Google has just added,
 * so it is asked.
 */
export function notOfKind(name: string, kind: Kind): Failure | null {
  const known = findModel(name)
  if (known === undefined || known.kind === kind) return null
  return {
    reason: 'invalid_value',
    message: `Invalid value for 'model': \`${name}\` is not a model for this endpoint. GET /v1/models tells what each can put out.`,
    param: 'model',
  }
}
