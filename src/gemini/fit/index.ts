import { traitsOf } from '../models/traits.ts'
import type { GenerateContentRequest } from '../types.ts'
import type { Aim, Target } from './aim.ts'
import { fitJson } from './json.ts'
import { fitMedia } from './media.ts'
import { fitOutput } from './output.ts'
import { fitSampling } from './sampling.ts'
import { fitSchemas } from './schemas.ts'
import { fitSignatures } from './signatures.ts'
import { fitSystem } from './system.ts'
import { fitThinking } from './thinking.ts'
import { fitTools } from './tools.ts'
import { fitUpstream } from './upstream.ts'

export type { Target }

/** In this order: what a step adds to the functions or to the system text, a later one still looks at. */
const STEPS: readonly ((request: GenerateContentRequest, aim: Aim) => GenerateContentRequest)[] = [
  fitTools,
  fitJson,
  fitSchemas,
  fitSignatures,
  fitOutput,
  fitThinking,
  fitSampling,
  fitMedia,
  fitSystem,
  fitUpstream,
]

/**
 * What one model on one upstream takes of a request: the pivot says what the client asked for, this what may be sent.
 * Runs once for each target of a request, since an alias, a fallback or a turn of the ring may change it. Pure; never
 * changes what it is given.
 */
export function fit(request: GenerateContentRequest, target: Target): GenerateContentRequest {
  const aim: Aim = { ...target, traits: traitsOf(target.model, target.upstream) }
  let fitted = request
  for (const step of STEPS) fitted = step(fitted, aim)
  return fitted
}
