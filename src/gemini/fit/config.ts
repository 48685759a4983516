import type { GenerateContentRequest, GenerationConfig } from '../types.ts'

type ConfigChange = { [Key in keyof GenerationConfig]?: GenerationConfig[Key] | undefined }

/**
 * The request with some settings changed; `undefined` removes one. Returns the same object if nothing changes, which
 * is the usual case.
 */
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

/** The settings that are not undefined; undefined if there are none. */
function filled(settings: Settings): GenerationConfig | undefined {
  let config: { [key: string]: unknown } | undefined
  for (const key in settings) {
    if (settings[key] === undefined) continue
    config ??= {}
    config[key] = settings[key]
  }
  // Every value comes from `settings`, so it has the right type.
  return config as GenerationConfig | undefined
}
