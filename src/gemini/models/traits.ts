/**
 * What each model takes and gives, as data: docs/google.md, Generation settings to Cached contents, Models, Long answers. A model that is not here is taken for one
 * of its generation, by its id, and what has no generation in its id for one of the newest.
 */
import { generationOf } from './model-generation.ts'
import type { Upstream } from '../upstreams.ts'

/** In their order. */
export const THINKING_LEVELS = ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH', 'XHIGH'] as const
export type ThinkingLevel = (typeof THINKING_LEVELS)[number]

export type Thinking =
  | {
      readonly by: 'budget'
      readonly min: number
      readonly max: number
      readonly canBeOff: boolean
      /** Whether it thinks when nothing is said. */
      readonly byDefault: boolean
    }
  /** Never off. `summaries`: whether thoughts can be asked for. */
  | {
      readonly by: 'level'
      readonly levels: readonly ThinkingLevel[]
      readonly summaries: boolean
    }

export interface Traits {
  /** Null: any thinkingConfig is refused. */
  readonly thinking: Thinking | null
  /** Temperature, topP and topK; Google's guide takes them out for 3.7 and later, where they are ignored at best. */
  readonly sampling: boolean
  readonly penalties: boolean
  /** The most that candidateCount may be. */
  readonly candidates: number
  /** Where log probabilities are served. */
  readonly logprobs: readonly Upstream[]
  readonly systemInstruction: boolean
  /** Answers in JSON: not at all, only where there are no tools, or always. */
  readonly json: 'no' | 'without_tools' | 'yes'
  readonly output: readonly Output[]
  /** Whether the size of a picture can be chosen. */
  readonly imageSizes: boolean
  /** Tokens of one answer, thoughts among them. */
  readonly maxOutput: number
  /** Whether each step's first function call of the current turn must come back signed (docs/google.md: Thought signatures). */
  readonly demandsSignatures: boolean
  /** Whether media may be inside a function's result: Gemini CLI puts them there for these alone (docs/google.md: Parts). */
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

/** Newest first: a model is of the first generation that is not after its own. */
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

/** Gemma, tuned models and what else is no Gemini: nothing is known that could be asked of it. */
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

/** Where a model differs from its generation; every row that matches counts, the last one most. */
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
  // A voice: it says what it is told, and nothing else.
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

/** Ids that the Gemini API answers with another model, whose rules then hold (docs/google.md: Models). */
const ROUTED: ReadonlyMap<string, string> = new Map([
  ['gemini-3.5-flash', 'gemini-3.6-flash'],
  ['gemini-3.7-flash', 'gemini-3.8-flash'],
])

/** Worked out once, since a request asks several times and most requests are for the same few models. */
const remembered = new Map<string, Traits>()
const MAX_REMEMBERED = 200

/** By a model's own name; pure. */
export function traitsOf(model: string, upstream: Upstream): Traits {
  const id = upstream === 'gemini-api' ? (ROUTED.get(model) ?? model) : model
  const known = remembered.get(id)
  if (known !== undefined) return known
  const exceptions = EXCEPTIONS.filter(([pattern]) => pattern.test(id)).map(([, traits]) => traits)
  const traits: Traits = Object.assign({}, familyOf(id), ...exceptions)
  // Ids come from clients, and so there is no end of them.
  if (remembered.size === MAX_REMEMBERED) remembered.clear()
  remembered.set(id, traits)
  return traits
}

/** Of others, which tuned models are and Gemma, nothing is known. */
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
