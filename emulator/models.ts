/** The models, where each is served, and what it refuses (docs/google.md: Embeddings, Thinking, Models). Only data. */
export type ThinkingLevel = 'MINIMAL' | 'LOW' | 'MEDIUM' | 'HIGH' | 'XHIGH'

export interface Thinking {
  /** thinkingBudget: a range (`0` only if thinking can be off), any value, or refused */
  budget: { min: number; max: number; off: boolean } | 'accepted' | 'refused'
  /** empty if thinkingLevel is refused */
  levels: readonly ThinkingLevel[]
  /** whether it thinks when the request says nothing about thinking */
  byDefault: boolean
}

export interface Model {
  id: string
  /** 2.5, 3, 3.1 … 4; most rules depend on it */
  generation: number
  kind: 'text' | 'image' | 'speech' | 'embedding'
  /** on the Gemini API: served, not served, or the id of the model that answers instead */
  geminiApi: boolean | string
  /** locations of Vertex AI; `any` includes every region */
  vertex: 'any' | readonly string[]
  codeAssist: boolean
  thinking: Thinking | null
  penalties: boolean
  systemInstruction: boolean
  inputTokens: number
  outputTokens: number
  /** for embeddings: the method of Vertex, how many texts it takes at once, and the length of a vector */
  embeds?: { vertex: 'predict' | 'embedContent'; atOnce: number; dimensions: number }
}

const GLOBAL = ['global'] as const
const MULTI = ['global', 'us', 'eu'] as const
const MULTI_AND_SOME = [
  ...MULTI,
  'us-central1',
  'us-east1',
  'europe-west1',
  'europe-west4',
] as const
const NOWHERE = [] as const

const ALL: readonly ThinkingLevel[] = ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH']
const NO_MINIMAL: readonly ThinkingLevel[] = ['LOW', 'MEDIUM', 'HIGH']

const byBudget = (min: number, max: number, off: boolean, byDefault = true): Thinking => ({
  budget: { min, max, off },
  levels: [],
  byDefault,
})
const byLevel = (levels: readonly ThinkingLevel[]): Thinking => ({
  budget: 'accepted',
  levels,
  byDefault: true,
})
const gemini4 = (levels: readonly ThinkingLevel[]): Thinking => ({
  budget: 'refused',
  levels,
  byDefault: true,
})

const TEXT = {
  kind: 'text',
  geminiApi: true,
  vertex: 'any',
  codeAssist: false,
  penalties: false,
  systemInstruction: true,
  inputTokens: 1_048_576,
  outputTokens: 65_536,
} as const
const IMAGE = { ...TEXT, kind: 'image', inputTokens: 65_536, outputTokens: 32_768 } as const
const SPEECH = {
  ...TEXT,
  kind: 'speech',
  vertex: ['global'],
  thinking: null,
  systemInstruction: false,
  inputTokens: 8192,
  outputTokens: 16_384,
} as const
const EMBEDDING = {
  ...TEXT,
  kind: 'embedding',
  generation: 2,
  thinking: null,
  systemInstruction: false,
  inputTokens: 2048,
  outputTokens: 1,
} as const
const GEMINI_4 = { ...TEXT, generation: 4, vertex: MULTI, thinking: gemini4(NO_MINIMAL) } as const

export const MODELS: readonly Model[] = [
  { ...GEMINI_4, id: 'gemini-4-argon' },
  { ...GEMINI_4, id: 'gemini-4-carbon' },
  { ...GEMINI_4, id: 'gemini-4-hydrogen' },
  { ...GEMINI_4, id: 'gemini-4-neon', thinking: gemini4([...NO_MINIMAL, 'XHIGH']) },
  {
    ...TEXT,
    id: 'gemini-3.8-flash',
    generation: 3.8,
    vertex: MULTI,
    thinking: byLevel(NO_MINIMAL),
  },
  {
    ...TEXT,
    id: 'gemini-3.8-flash-cyber',
    generation: 3.8,
    geminiApi: false,
    vertex: MULTI,
    thinking: byLevel(NO_MINIMAL),
  },
  {
    ...TEXT,
    id: 'gemini-3.7-flash',
    generation: 3.7,
    geminiApi: 'gemini-3.8-flash',
    vertex: MULTI,
    thinking: byLevel(NO_MINIMAL),
  },
  { ...TEXT, id: 'gemini-3.6-flash', generation: 3.6, vertex: MULTI, thinking: byLevel(ALL) },
  {
    ...TEXT,
    id: 'gemini-3.5-flash',
    generation: 3.5,
    geminiApi: 'gemini-3.6-flash',
    vertex: MULTI_AND_SOME,
    thinking: byLevel(ALL),
    penalties: true,
  },
  { ...TEXT, id: 'gemini-3.5-flash-lite', generation: 3.5, vertex: MULTI, thinking: byLevel(ALL) },
  {
    ...TEXT,
    id: 'gemini-3.1-pro-preview',
    generation: 3.1,
    vertex: GLOBAL,
    codeAssist: true,
    thinking: byLevel(NO_MINIMAL),
  },
  {
    ...TEXT,
    id: 'gemini-3.1-pro-preview-customtools',
    generation: 3.1,
    vertex: GLOBAL,
    codeAssist: true,
    thinking: byLevel(NO_MINIMAL),
  },
  {
    ...TEXT,
    id: 'gemini-3.1-flash-lite',
    generation: 3.1,
    codeAssist: true,
    thinking: byLevel(ALL),
  },
  {
    ...TEXT,
    id: 'gemini-3-flash-preview',
    generation: 3,
    vertex: GLOBAL,
    codeAssist: true,
    thinking: byLevel(ALL),
  },
  // Code Assist's name for gemini-3.5-flash (docs/google.md: Code Assist).
  {
    ...TEXT,
    id: 'gemini-3-flash',
    generation: 3.5,
    geminiApi: false,
    vertex: NOWHERE,
    codeAssist: true,
    thinking: byLevel(ALL),
    penalties: true,
  },
  {
    ...TEXT,
    id: 'gemini-2.5-pro',
    generation: 2.5,
    codeAssist: true,
    thinking: byBudget(128, 32_768, false),
  },
  {
    ...TEXT,
    id: 'gemini-2.5-flash',
    generation: 2.5,
    codeAssist: true,
    thinking: byBudget(1, 24_576, true),
  },
  {
    ...TEXT,
    id: 'gemini-2.5-flash-lite',
    generation: 2.5,
    codeAssist: true,
    thinking: byBudget(512, 24_576, true, false),
  },
  {
    ...IMAGE,
    id: 'gemini-3-pro-image',
    generation: 3,
    vertex: GLOBAL,
    thinking: byLevel(['HIGH']),
  },
  {
    ...IMAGE,
    id: 'gemini-3.1-flash-image',
    generation: 3.1,
    vertex: GLOBAL,
    thinking: byLevel(['MINIMAL', 'HIGH']),
  },
  {
    ...IMAGE,
    id: 'gemini-3.1-flash-lite-image',
    generation: 3.1,
    vertex: GLOBAL,
    thinking: byLevel(['MINIMAL', 'HIGH']),
  },
  { ...IMAGE, id: 'gemini-2.5-flash-image', generation: 2.5, thinking: null },
  // Found only in the types of @google/genai 3.1.0 so far. Their limits are assumed to be those of their kind.
  {
    ...IMAGE,
    id: 'gemini-nano-banana-2.1',
    generation: 3.8,
    vertex: NOWHERE,
    thinking: null,
  },
  { ...IMAGE, id: 'nano-banana-pro-preview', generation: 3, vertex: NOWHERE, thinking: null },
  {
    ...TEXT,
    id: 'gemini-robotics-er-2-preview',
    generation: 3.5,
    vertex: NOWHERE,
    thinking: byLevel(ALL),
  },
  {
    ...TEXT,
    id: 'gemini-robotics-er-1.6-preview',
    generation: 3,
    vertex: NOWHERE,
    thinking: byLevel(ALL),
  },
  {
    ...TEXT,
    id: 'gemini-3.5-transcribe',
    generation: 3.5,
    vertex: NOWHERE,
    thinking: byLevel(ALL),
  },
  {
    ...TEXT,
    id: 'gemini-flash-latest',
    generation: 3.8,
    geminiApi: 'gemini-3.8-flash',
    vertex: NOWHERE,
    thinking: byLevel(NO_MINIMAL),
  },
  {
    ...TEXT,
    id: 'gemini-flash-lite-latest',
    generation: 3.5,
    geminiApi: 'gemini-3.5-flash-lite',
    vertex: NOWHERE,
    thinking: byLevel(ALL),
  },
  {
    ...TEXT,
    id: 'gemini-pro-latest',
    generation: 3.1,
    geminiApi: 'gemini-3.1-pro-preview',
    vertex: NOWHERE,
    thinking: byLevel(NO_MINIMAL),
  },
  {
    ...TEXT,
    id: 'gemma-4-31b-it',
    generation: 2,
    systemInstruction: false,
    vertex: NOWHERE,
    thinking: null,
    inputTokens: 262_144,
    outputTokens: 32_768,
  },
  {
    ...TEXT,
    id: 'gemma-4-26b-a4b-it',
    generation: 2,
    systemInstruction: false,
    vertex: NOWHERE,
    thinking: null,
    inputTokens: 262_144,
    outputTokens: 32_768,
  },
  { ...SPEECH, id: 'gemini-3.8-flash-tts', generation: 3.8 },
  { ...SPEECH, id: 'gemini-3.8-flash-lite-tts', generation: 3.8 },
  { ...SPEECH, id: 'gemini-3.1-flash-tts-preview', generation: 3.1, vertex: NOWHERE },
  { ...SPEECH, id: 'gemini-2.5-flash-preview-tts', generation: 2.5, vertex: NOWHERE },
  { ...SPEECH, id: 'gemini-2.5-pro-preview-tts', generation: 2.5, vertex: NOWHERE },
  {
    ...EMBEDDING,
    id: 'gemini-embedding-001',
    embeds: { vertex: 'predict', atOnce: 1, dimensions: 3072 },
  },
  {
    ...EMBEDDING,
    id: 'gemini-embedding-2',
    inputTokens: 8192,
    embeds: { vertex: 'embedContent', atOnce: 1, dimensions: 3072 },
  },
  {
    ...EMBEDDING,
    id: 'gemini-embedding-2-preview',
    inputTokens: 8192,
    embeds: { vertex: 'embedContent', atOnce: 1, dimensions: 3072 },
  },
  {
    ...EMBEDDING,
    id: 'text-embedding-005',
    geminiApi: false,
    embeds: { vertex: 'predict', atOnce: 250, dimensions: 768 },
  },
  {
    ...EMBEDDING,
    id: 'text-multilingual-embedding-002',
    geminiApi: false,
    embeds: { vertex: 'predict', atOnce: 250, dimensions: 768 },
  },
]
