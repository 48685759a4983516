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

/** The order matters: a step may add functions or system text that a later step must still see. */
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
 * Makes a request fit one model on one upstream. The pivot says what the client asked for; the result is what may be
 * sent. Runs once for each target of a request, since an alias, a fallback or another credential may change it. Pure;
 * never changes its arguments.
 */
export function fit(request: GenerateContentRequest, target: Target): GenerateContentRequest {
  const aim: Aim = { ...target, traits: traitsOf(target.model, target.upstream) }
  let fitted = request
  for (const step of STEPS) fitted = step(fitted, aim)
  return fitted
}
