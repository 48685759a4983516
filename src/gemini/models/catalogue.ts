/**
 * The models that Pollux knows, as data (docs/google.md: Embeddings, Models; state of late November 2026). The
 * catalogue serves lists and limits and forbids nothing: a model that Google adds tomorrow works without a row. Left
 * out are Gemma, whose limits and system instruction are not documented, and models that appear in the types of
 * @google/genai 3.1.0 but on no page of Google's.
 */
import type { Upstream } from '../upstreams.ts'

export type Modality = 'text' | 'image' | 'audio' | 'video' | 'pdf'

/** What a model makes. Each route checks that the model's kind fits. */
export type Kind = 'text' | 'image' | 'speech' | 'embedding'

/** `routed`: Google accepts the id but answers with a newer model, which `modelVersion` names. */
export type Availability = 'served' | 'routed' | 'unknown' | 'absent'
export type ModelState = 'current' | 'preview' | 'deprecated'

export interface Model {
  readonly id: string
  readonly kind: Kind
  readonly name: string
  /** Day of release, in Unix seconds. */
  readonly created: number
  readonly contextWindow: number
  readonly maxOutput: number
  readonly input: readonly Modality[]
  readonly state: ModelState
  readonly upstreams: Readonly<Record<Upstream, Availability>>
}

/** What all text models share (docs/google.md: Models). */
const TEXT_MODEL = {
  kind: 'text',
  contextWindow: 1_048_576,
  maxOutput: 65_536,
  input: ['text', 'image', 'audio', 'video', 'pdf'],
} as const satisfies Partial<Model>

const EVERYWHERE = { 'gemini-api': 'served', vertex: 'served', 'code-assist': 'served' } as const
const NOT_CODE_ASSIST = { ...EVERYWHERE, 'code-assist': 'absent' } as const
const VERTEX_ONLY = { ...NOT_CODE_ASSIST, 'gemini-api': 'absent' } as const
const GEMINI_API_ONLY = { ...NOT_CODE_ASSIST, vertex: 'absent' } as const

const IMAGE_MODEL = {
  kind: 'image',
  contextWindow: 65_536,
  maxOutput: 32_768,
  input: ['text', 'image'],
  upstreams: NOT_CODE_ASSIST,
} as const satisfies Partial<Model>

const SPEECH_MODEL = {
  kind: 'speech',
  contextWindow: 8192,
  maxOutput: 16_384,
  input: ['text'],
  upstreams: NOT_CODE_ASSIST,
} as const satisfies Partial<Model>

const EMBEDDING_MODEL = {
  kind: 'embedding',
  contextWindow: 2048,
  maxOutput: 0,
  input: ['text'],
  state: 'current',
} as const satisfies Partial<Model>

const NOT_SURE_OF_CODE_ASSIST = { ...EVERYWHERE, 'code-assist': 'unknown' } as const

/** Newest first: clients show the list in this order. */
export const MODELS: readonly Model[] = [
  {
    ...TEXT_MODEL,
    id: 'gemini-4-carbon',
    name: 'Gemini 4 Carbon',
    created: day('2026-11-10'),
    state: 'current',
    upstreams: NOT_SURE_OF_CODE_ASSIST,
  },
  {
    ...TEXT_MODEL,
    id: 'gemini-4-argon',
    name: 'Gemini 4 Argon',
    created: day('2026-10-13'),
    state: 'current',
    upstreams: NOT_SURE_OF_CODE_ASSIST,
  },
  {
    ...TEXT_MODEL,
    id: 'gemini-3.8-flash',
    name: 'Gemini 3.8 Flash',
    created: day('2026-09-02'),
    state: 'current',
    upstreams: NOT_SURE_OF_CODE_ASSIST,
  },
  {
    ...TEXT_MODEL,
    id: 'gemini-3.7-flash',
    name: 'Gemini 3.7 Flash',
    created: day('2026-08-13'),
    state: 'deprecated',
    upstreams: { ...NOT_SURE_OF_CODE_ASSIST, 'gemini-api': 'routed' },
  },
  {
    ...TEXT_MODEL,
    id: 'gemini-3.6-flash',
    name: 'Gemini 3.6 Flash',
    created: day('2026-07-21'),
    state: 'current',
    upstreams: NOT_SURE_OF_CODE_ASSIST,
  },
  {
    ...TEXT_MODEL,
    id: 'gemini-3.5-flash-lite',
    name: 'Gemini 3.5 Flash-Lite',
    created: day('2026-07-21'),
    state: 'current',
    upstreams: NOT_SURE_OF_CODE_ASSIST,
  },
  {
    ...TEXT_MODEL,
    id: 'gemini-3.5-flash',
    name: 'Gemini 3.5 Flash',
    created: day('2026-05-19'),
    state: 'current',
    // Code Assist calls it `gemini-3-flash` (upstreams/code-assist.ts).
    upstreams: { ...EVERYWHERE, 'gemini-api': 'routed' },
  },
  {
    ...TEXT_MODEL,
    id: 'gemini-3.1-flash-lite',
    name: 'Gemini 3.1 Flash-Lite',
    created: day('2026-05-07'),
    state: 'current',
    upstreams: EVERYWHERE,
  },
  {
    ...TEXT_MODEL,
    id: 'gemini-3.1-pro-preview',
    name: 'Gemini 3.1 Pro (preview)',
    created: day('2026-02-19'),
    state: 'preview',
    upstreams: EVERYWHERE,
  },
  {
    ...TEXT_MODEL,
    id: 'gemini-3.1-pro-preview-customtools',
    name: 'Gemini 3.1 Pro for custom tools (preview)',
    created: day('2026-02-19'),
    state: 'preview',
    upstreams: EVERYWHERE,
  },
  {
    ...TEXT_MODEL,
    id: 'gemini-3-flash-preview',
    name: 'Gemini 3 Flash (preview)',
    created: day('2025-12-17'),
    state: 'preview',
    upstreams: EVERYWHERE,
  },
  {
    ...TEXT_MODEL,
    id: 'gemini-2.5-flash-lite',
    name: 'Gemini 2.5 Flash-Lite',
    created: day('2025-07-22'),
    state: 'current',
    upstreams: EVERYWHERE,
  },
  {
    ...TEXT_MODEL,
    id: 'gemini-2.5-pro',
    name: 'Gemini 2.5 Pro',
    created: day('2025-06-17'),
    state: 'deprecated',
    upstreams: EVERYWHERE,
  },
  {
    ...TEXT_MODEL,
    id: 'gemini-2.5-flash',
    name: 'Gemini 2.5 Flash',
    created: day('2025-06-17'),
    state: 'deprecated',
    upstreams: EVERYWHERE,
  },
  {
    ...IMAGE_MODEL,
    id: 'gemini-3.1-flash-image',
    name: 'Gemini 3.1 Flash Image',
    created: day('2026-05-07'),
    state: 'current',
  },
  {
    ...IMAGE_MODEL,
    id: 'gemini-3.1-flash-lite-image',
    name: 'Gemini 3.1 Flash-Lite Image',
    created: day('2026-05-07'),
    state: 'current',
  },
  {
    ...IMAGE_MODEL,
    id: 'gemini-3-pro-image',
    name: 'Gemini 3 Pro Image',
    created: day('2025-11-20'),
    state: 'current',
  },
  {
    ...IMAGE_MODEL,
    id: 'gemini-2.5-flash-image',
    name: 'Gemini 2.5 Flash Image',
    created: day('2025-10-02'),
    state: 'deprecated',
  },
  {
    ...SPEECH_MODEL,
    id: 'gemini-3.8-flash-tts',
    name: 'Gemini 3.8 Flash TTS',
    created: day('2026-09-02'),
    state: 'current',
  },
  {
    ...SPEECH_MODEL,
    id: 'gemini-3.8-flash-lite-tts',
    name: 'Gemini 3.8 Flash-Lite TTS',
    created: day('2026-09-02'),
    state: 'current',
  },
  {
    ...SPEECH_MODEL,
    id: 'gemini-2.5-flash-preview-tts',
    name: 'Gemini 2.5 Flash TTS (preview)',
    created: day('2025-05-20'),
    state: 'deprecated',
    upstreams: GEMINI_API_ONLY,
  },
  {
    ...SPEECH_MODEL,
    id: 'gemini-2.5-pro-preview-tts',
    name: 'Gemini 2.5 Pro TTS (preview)',
    created: day('2025-05-20'),
    state: 'deprecated',
    upstreams: GEMINI_API_ONLY,
  },
  {
    ...EMBEDDING_MODEL,
    id: 'gemini-embedding-2',
    name: 'Gemini Embedding 2',
    created: day('2026-04-22'),
    contextWindow: 8192,
    upstreams: NOT_CODE_ASSIST,
  },
  {
    ...EMBEDDING_MODEL,
    id: 'gemini-embedding-2-preview',
    name: 'Gemini Embedding 2 (preview)',
    created: day('2026-03-10'),
    contextWindow: 8192,
    state: 'preview',
    upstreams: NOT_CODE_ASSIST,
  },
  {
    ...EMBEDDING_MODEL,
    id: 'gemini-embedding-001',
    name: 'Gemini Embedding 001',
    created: day('2025-07-14'),
    upstreams: NOT_CODE_ASSIST,
  },
  {
    ...EMBEDDING_MODEL,
    id: 'text-embedding-005',
    name: 'Text Embedding 005',
    created: day('2024-11-18'),
    upstreams: VERTEX_ONLY,
  },
  {
    ...EMBEDDING_MODEL,
    id: 'text-multilingual-embedding-002',
    name: 'Text Multilingual Embedding 002',
    created: day('2024-05-14'),
    upstreams: VERTEX_ONLY,
  },
]

function day(date: string): number {
  return Date.parse(date) / 1000
}
