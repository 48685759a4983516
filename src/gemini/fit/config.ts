import type { GenerateContentRequest, GenerationConfig } from '../types.ts'

type ConfigChange = { [Key in keyof GenerationConfig]?: GenerationConfig[Key] | undefined }

/** With some settings changed; `undefined` takes one away. The very same request where that changes nothing, as it does most often. */
export function changeConfig(
  request: GenerateContentRequest,
  change: ConfigChange,
): GenerateContentRequest {
  const before: ConfigChange = request.generationConfig ?? {}
  if (!differs(before, change)) return request
  const config = filled({ ...before, ...change })
  if (config !== undefined) return { ...request, generationConfig: config }
  const { generationConfig: _, ...rest } = request
  return rest
}

type Settings = Readonly<Record<string, unknown>>

function differs(before: Settings, change: Settings): boolean {
  for (const key in change) if (change[key] !== before[key]) return true
  return false
}

/** What is set of it; undefined where nothing is. */
function filled(settings: Settings): GenerationConfig | undefined {
  let config: { [key: string]: unknown } | undefined
  for (const key in settings) {
    if (settings[key] === undefined) continue
    config ??= {}
    config[key] = settings[key]
  }
  // What is set has the types it had.
  return config as GenerationConfig | undefined
}
