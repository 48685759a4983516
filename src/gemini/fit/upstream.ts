/** Fields that one upstream knows and another refuses (docs/google.md: One upstream's fields). */
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
  const plain = changeConfig(fitted, { imageConfig: undefined })
  if (plain.serviceTier === undefined) return plain
  const { serviceTier: _, ...rest } = plain
  return rest
}

function withoutVertexSafety(request: GenerateContentRequest): GenerateContentRequest {
  if (!request.safetySettings?.some(isForVertexOnly)) return request
  const { safetySettings, ...rest } = request
  const kept = safetySettings.filter((setting) => !isForVertexOnly(setting))
  return kept.length === 0 ? rest : { ...rest, safetySettings: kept }
}
