/**
 * The chat models Pollux knows, as data (google-upstreams §10, state of late November 2026). It is
 * for listing and for limits, not a gate: a model Google adds tomorrow works before its row is
 * here. Left out: models that answer in images or sound, Gemma (its limits and its system
 * instruction are not documented for us) and Gemini 4, whose ids are not confirmed yet.
 */
import type { Upstream } from './upstreams.ts'

export type Modality = 'text' | 'image' | 'audio' | 'video' | 'pdf'

/** `routed`: Google accepts the id but answers with a newer model, named in `modelVersion`. */
export type Availability = 'served' | 'routed' | 'unknown'
export type ModelState = 'current' | 'preview' | 'deprecated'

export interface Model {
  readonly id: string
  readonly name: string
  /** Release day in unix seconds. */
  readonly created: number
  readonly contextWindow: number
  readonly maxOutput: number
  readonly input: readonly Modality[]
  readonly state: ModelState
  readonly upstreams: Readonly<Record<Upstream, Availability>>
}

/** What all text models share (google-upstreams §10). */
const TEXT_MODEL = {
  contextWindow: 1_048_576,
  maxOutput: 65_536,
  input: ['text', 'image', 'audio', 'video', 'pdf'],
} as const satisfies Partial<Model>

const EVERYWHERE = { 'gemini-api': 'served', vertex: 'served', 'code-assist': 'served' } as const
const NOT_SURE_OF_CODE_ASSIST = { ...EVERYWHERE, 'code-assist': 'unknown' } as const

/** Newest first: clients show the list as it comes. */
const MODELS: readonly Model[] = [
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
    // Code Assist knows it as `gemini-3-flash`, so under this id nothing is known.
    upstreams: { ...NOT_SURE_OF_CODE_ASSIST, 'gemini-api': 'routed' },
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
]

/**
 * Google's moving names; the Gemini API alone knows them, so they are looked up here for the
 * others.
 */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['gemini-flash-latest', 'gemini-3.8-flash'],
  ['gemini-flash-lite-latest', 'gemini-3.5-flash-lite'],
  ['gemini-pro-latest', 'gemini-3.1-pro-preview'],
])

const BY_ID: ReadonlyMap<string, Model> = new Map(MODELS.map((model) => [model.id, model]))

export function listModels(): readonly Model[] {
  return MODELS
}

/** By id or alias, with or without the prefixes clients put before it. */
export function findModel(name: string): Model | undefined {
  const id = stripModelPrefix(name)
  return BY_ID.get(ALIASES.get(id) ?? id)
}

/**
 * `models/x` is Google's own spelling, `google/x` OpenRouter's and Vertex's (client-protocols E84).
 */
export function stripModelPrefix(name: string): string {
  return name.replace(/^(?:models\/|google\/)+/, '')
}

function day(date: string): number {
  return Date.parse(date) / 1000
}
