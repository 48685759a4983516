import type { GenerateContentRequest, GenerationConfig } from '../types.ts'

type ConfigChange = { [Key in keyof GenerationConfig]?: GenerationConfig[Key] | undefined }

/** A copy with some settings changed; `undefined` takes one away. */
export function changeConfig(
  request: GenerateContentRequest,
  change: ConfigChange,
): GenerateContentRequest {
  const entries = Object.entries({ ...request.generationConfig, ...change })
  const kept = entries.filter(([, value]) => value !== undefined)
  const { generationConfig: _, ...rest } = request
  // What is left has the types it had.
  if (kept.length === 0) return rest
  return { ...rest, generationConfig: Object.fromEntries(kept) as GenerationConfig }
}
