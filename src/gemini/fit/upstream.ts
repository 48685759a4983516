/** Fields that one upstream knows and another refuses (google-upstreams §3.4). */
import { isForVertexOnly } from '../safety.ts'
import type { GenerateContentRequest } from '../types.ts'
import { changeConfig } from './config.ts'
import type { Target } from './aim.ts'

export function fitUpstream(
  request: GenerateContentRequest,
  { upstream }: Target,
): GenerateContentRequest {
  const fitted = upstream === 'vertex' ? request : withoutVertexSafety(request)
  if (upstream !== 'code-assist') return fitted
  const { serviceTier: _, ...rest } = fitted
  return rest.generationConfig?.imageConfig === undefined
    ? rest
    : changeConfig(rest, { imageConfig: undefined })
}

function withoutVertexSafety(request: GenerateContentRequest): GenerateContentRequest {
  const { safetySettings, ...rest } = request
  if (safetySettings === undefined || !safetySettings.some(isForVertexOnly)) return request
  const kept = safetySettings.filter((setting) => !isForVertexOnly(setting))
  return kept.length === 0 ? rest : { ...rest, safetySettings: kept }
}
