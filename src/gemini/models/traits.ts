/**
 * What each model accepts and produces, as data (docs/google.md: Generation settings to Cached contents, Models, Long
 * answers). A model that is missing here is treated like its generation, which its id tells; without a generation in
 * its id, like the newest.
 */
import { generationOf } from './model-generation.ts'
import type { Upstream } from '../upstreams.ts'

/** From least to most. */
export const THINKING_LEVELS = ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH', 'XHIGH'] as const
export type ThinkingLevel = (typeof THINKING_LEVELS)[number]

export type Thinking =
  | {
      readonly by: 'budget'
      readonly min: number
      readonly max: number
      readonly canBeOff: boolean
      /** Whether it thinks when the request says nothing about thinking. */
      readonly byDefault: boolean
    }
  /** It always thinks. `summaries`: whether a request can ask for thoughts. */
  | {
      readonly by: 'level'
      readonly levels: readonly ThinkingLevel[]
      readonly summaries: boolean
    }

export interface Traits {
  /** Null: any thinkingConfig is refused. */
  readonly thinking: Thinking | null
  /**
   * Whether temperature, topP and topK have an effect. Google's guide removes them for 3.7 and later, which at best
   * ignore them.
   */
  readonly sampling: boolean
  readonly penalties: boolean
  /** The highest candidateCount. */
  readonly candidates: number
  /** Upstreams that serve log probabilities. */
  readonly logprobs: readonly Upstream[]
  readonly systemInstruction: boolean
  /** JSON output: never, only without tools, or always. */
  readonly json: 'no' | 'without_tools' | 'yes'
  readonly output: readonly Output[]
  /** Whether a request can choose the size of a picture. */
  readonly imageSizes: boolean
  /** The most tokens of one answer, thoughts included. */
  readonly maxOutput: number
  /**
   * Whether each step's first function call of the current turn must come back with its signature (docs/google.md:
   * Thought signatures).
   */
  readonly demandsSignatures: boolean
  /**
   * Whether media may stand inside a function's result. Gemini CLI puts them there only for these models
   * (docs/google.md: Parts).
   */
  readonly nestsMedia: boolean
}

export type Output = 'text' | 'image' | 'audio'

const ALL = ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH'] as const
const NO_MINIMAL = ['LOW', 'MEDIUM', 'HIGH'] as const

const NEWEST: Traits = {
  thinking: byLevel(NO_MINIMAL),
  sampling: false,
  penalties: false,
  candidates: 1,
  logprobs: [],
  systemInstruction: true,
  json: 'yes',
  output: ['text'],
  imageSizes: false,
  maxOutput: 65_536,
  demandsSignatures: true,
  nestsMedia: false,
}

/** Newest first: a model takes the first row whose generation is not later than its own. */
const GENERATIONS: readonly (readonly [since: number, Traits])[] = [
  [3.7, NEWEST],
  [3, { ...NEWEST, sampling: true, thinking: byLevel(ALL) }],
  [
    2.5,
    {
      ...NEWEST,
      sampling: true,
      thinking: byBudget(1, 24_576, { canBeOff: true, byDefault: true }),
      candidates: 8,
      logprobs: ['vertex'],
      json: 'without_tools',
      demandsSignatures: false,
    },
  ],
  [
    0,
    {
      ...NEWEST,
      sampling: true,
      thinking: null,
      candidates: 8,
      logprobs: ['vertex'],
      json: 'without_tools',
      demandsSignatures: false,
    },
  ],
]

/** Gemma, tuned models and any other model that is not Gemini: nothing is known of what they accept. */
const FOREIGN: Traits = {
  ...NEWEST,
  sampling: true,
  thinking: null,
  json: 'without_tools',
  maxOutput: Infinity,
}

const IMAGE = {
  output: ['text', 'image'],
  imageSizes: true,
  maxOutput: 32_768,
  candidates: 1,
  json: 'no',
  logprobs: [],
} as const

/** Where a model differs from its generation. All matching rows count; a later row overrides an earlier one. */
const EXCEPTIONS: readonly (readonly [id: RegExp, Partial<Traits>])[] = [
  [/^gemini-2\.5-pro/, { thinking: byBudget(128, 32_768, { canBeOff: false, byDefault: true }) }],
  [
    /^gemini-2\.5-flash-lite/,
    { thinking: byBudget(512, 24_576, { canBeOff: true, byDefault: false }) },
  ],
  [/^gemini-3-/, { nestsMedia: true }],
  [/^gemini-3-pro/, { thinking: byLevel(['LOW', 'HIGH']) }],
  [/^gemini-3\.\d+-pro/, { thinking: byLevel(NO_MINIMAL) }],
  [/^gemini-3\.5-flash$/, { penalties: true }],
  [/^gemini-4-neon/, { thinking: byLevel([...NO_MINIMAL, 'XHIGH']) }],

  [/-image\b|nano-banana/, { ...IMAGE, thinking: null }],
  [/^gemini-2\.5-flash-image/, { imageSizes: false }],
  [/^gemini-3-pro-image/, { thinking: byLevel(['HIGH'], false) }],
  [/^gemini-3\.1-flash(-lite)?-image/, { thinking: byLevel(['MINIMAL', 'HIGH'], false) }],
  // Models that speak: they read the prompt aloud, and do nothing else.
  [
    /-tts\b/,
    {
      thinking: null,
      candidates: 1,
      json: 'no',
      logprobs: [],
      systemInstruction: false,
      output: ['audio'],
      maxOutput: 16_384,
    },
  ],
  [/^gemma-/, { systemInstruction: false, maxOutput: 32_768 }],
]

/** Ids that the Gemini API answers with another model, whose traits then hold (docs/google.md: Models). */
const ROUTED: ReadonlyMap<string, string> = new Map([
  ['gemini-3.5-flash', 'gemini-3.6-flash'],
  ['gemini-3.7-flash', 'gemini-3.8-flash'],
])

/** Cached, since a request asks several times and most requests are for the same few models. */
const remembered = new Map<string, Traits>()
const MAX_REMEMBERED = 200

/** `model` is the model's own name. Pure. */
export function traitsOf(model: string, upstream: Upstream): Traits {
  const id = upstream === 'gemini-api' ? (ROUTED.get(model) ?? model) : model
  const known = remembered.get(id)
  if (known !== undefined) return known
  const exceptions = EXCEPTIONS.filter(([pattern]) => pattern.test(id)).map(([, traits]) => traits)
  const traits: Traits = Object.assign({}, familyOf(id), ...exceptions)
  // Ids come from clients, so there may be any number of them.
  if (remembered.size === MAX_REMEMBERED) remembered.clear()
  remembered.set(id, traits)
  return traits
}

/** Nothing is known of other models, such as tuned ones and Gemma. */
export function isGemini(id: string): boolean {
  return id.startsWith('gemini-')
}

function familyOf(id: string): Traits {
  if (!isGemini(id)) return FOREIGN
  const generation = generationOf(id)
  return GENERATIONS.find(([since]) => since <= generation)?.[1] ?? NEWEST
}

function byLevel(levels: readonly ThinkingLevel[], summaries = true): Thinking {
  return { by: 'level', levels, summaries }
}

function byBudget(
  min: number,
  max: number,
  rest: { readonly canBeOff: boolean; readonly byDefault: boolean },
): Thinking {
  return { by: 'budget', min, max, ...rest }
}
