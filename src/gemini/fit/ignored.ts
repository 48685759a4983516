import type { GenerateContentRequest, GenerationConfig, ThinkingConfig } from '../types.ts'
import { isGooglesOwn } from '../tools.ts'
import { fit, type Target } from './index.ts'

/** Settings that `fit` either keeps or leaves out. It never expresses one of these in another way. */
const SETTINGS = [
  'temperature',
  'topP',
  'topK',
  'presencePenalty',
  'frequencyPenalty',
  'responseLogprobs',
  'logprobs',
  'candidateCount',
  'thinkingConfig',
  'imageConfig',
  'speechConfig',
] as const

const NONE: readonly string[] = []

/**
 * Which settings of a request a target ignores entirely, by Gemini's names. Pure. Empty for most requests, which cost
 * little here.
 */
export function ignoredBy(request: GenerateContentRequest, target: Target): readonly string[] {
  const { generationConfig: asked = {}, tools = [], safetySettings, serviceTier } = request
  const isMixed = tools.length > 1
  const isPlain = safetySettings === undefined && serviceTier === undefined && !isMixed
  if (isPlain && !setsAny(asked)) return NONE
  // The conversation and the schemas cannot change the result, and fitting them would be most of the work.
  const kinds = tools.map((tool) => (isGooglesOwn(tool) ? tool : { functionDeclarations: [] }))
  const { responseMimeType: _, responseJsonSchema: __, ...generationConfig } = asked
  const fitted = fit(
    {
      contents: [],
      generationConfig,
      tools: kinds,
      ...(safetySettings && { safetySettings }),
      ...(serviceTier !== undefined && { serviceTier }),
    },
    target,
  )
  const ignored: string[] = SETTINGS.filter(
    (key) => asksFor(key, asked) && fitted.generationConfig?.[key] === undefined,
  )
  const picture = fitted.generationConfig?.imageConfig
  if (picture && asked.imageConfig?.imageSize !== picture.imageSize) ignored.push('imageSize')
  if ((safetySettings?.length ?? 0) > (fitted.safetySettings?.length ?? 0)) {
    ignored.push('safetySettings')
  }
  if (serviceTier !== undefined && fitted.serviceTier === undefined) ignored.push('serviceTier')
  const kept = new Set(fitted.tools?.flatMap(Object.keys))
  for (const kind of new Set(kinds.flatMap(Object.keys))) if (!kept.has(kind)) ignored.push(kind)
  return ignored
}

function asksFor(key: (typeof SETTINGS)[number], asked: GenerationConfig): boolean {
  if (key === 'thinkingConfig') return asksToThink(asked.thinkingConfig)
  if (key === 'candidateCount') return (asked.candidateCount ?? 1) > 1
  return asked[key] !== undefined
}

/** A loop, since this is asked for nearly every request. */
function setsAny(config: GenerationConfig): boolean {
  for (const key of SETTINGS) if (config[key] !== undefined) return true
  return false
}

/**
 * False if the client asked for no thoughts, left them to the model, or only asked for not being shown any: a model
 * that cannot think complies anyway.
 */
function asksToThink(config: ThinkingConfig | undefined): boolean {
  const { thinkingBudget: budget, thinkingLevel: level, includeThoughts = false } = config ?? {}
  const isOpen = budget === undefined || budget === DYNAMIC
  return isOpen ? level !== undefined || includeThoughts : budget !== 0
}

/** Google's word for a budget that the model decides. */
const DYNAMIC = -1
