import type { GenerateContentRequest } from '../types.ts'
import type { Target } from './aim.ts'
import { fitSchemas } from './schemas.ts'
import { fitSignatures } from './signatures.ts'
import { fitTools } from './tools.ts'

export type { Target }

const STEPS: readonly ((
  request: GenerateContentRequest,
  target: Target,
) => GenerateContentRequest)[] = [fitTools, fitSchemas, fitSignatures]

/**
 * What one model on one upstream takes of a request: the pivot says what the client asked for, this what may be sent.
 * Runs once for each target of a request, since an alias, a fallback or a turn of the ring may change it. Pure; never
 * changes what it is given.
 */
export function fit(request: GenerateContentRequest, target: Target): GenerateContentRequest {
  return STEPS.reduce((fitted, step) => step(fitted, target), request)
}
