import type { GenerateContentRequest, GenerationConfig } from '../types.ts'

type ConfigChange = { [Key in keyof GenerationConfig]?: GenerationConfig[Key] | undefined }

/** A copy with some settings changed; `undefined` takes one away. */
export function changeConfig(
  request: GenerateContentRequest,
  change: ConfigChange,
): GenerateContentRequest {
  const config: { [key: string]: unknown } = {}
  for (const [key, value] of Object.entries({ ...request.generationConfig, ...change })) {
    if (value !== undefined) config[key] = value
  }
  const { generationConfig: _, ...rest } = request
  // What is left has the types it had.
  return Object.keys(config).length === 0
    ? rest
    : { ...rest, generationConfig: config as GenerationConfig }
}
