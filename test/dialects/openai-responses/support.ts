import { Cuttings } from '../../../src/bytes/cuttings.ts'
import type { Sent, Translation, Understood } from '../../../src/dialects/dialect.ts'
import type { Memory } from '../../../src/dialects/memory.ts'
import { OPENAI_RESPONSES } from '../../../src/dialects/openai-responses/index.ts'
import type { Failure } from '../../../src/failure/failure.ts'
import { CLAUDE_MODELS } from '../../../src/gemini/models/claude.ts'
import type { GenerateContentRequest, GenerateContentResponse } from '../../../src/gemini/types.ts'

export const MODEL = 'gemini-3.8-flash'
export const CONTEXT = {
  requestId: `req_${'0123456789abcdef'.repeat(2)}`,
  createdMs: 1_795_910_400_000,
}
export const TERMS = {
  model: MODEL,
  target: { model: MODEL, upstream: 'gemini-api' },
  preferences: { reasoningFormat: null, safetySettings: [], storeResponses: true },
} as const

/** Stores nothing and finds nothing. */
export const NO_MEMORY: Memory = {
  recall: () => Promise.resolve({ ok: false, why: 'off' }),
  store: () => Promise.resolve(false),
}

export function sent(body: unknown, memory: Memory = NO_MEMORY): Sent<unknown> {
  return {
    body,
    cuttings: Cuttings.NONE,
    params: {},
    headers: new Headers(),
    query: () => new URLSearchParams(),
    settings: {
      transcriptionModel: MODEL,
      maxMediaPartBytes: 1e6,
      storeResponses: true,
      claudeModels: CLAUDE_MODELS,
    },
    memory,
  }
}

type Outcome = Translation | { readonly ok: false; readonly failure: Failure }

/** The translated request, or the failure. The body may lack its model. */
export async function outcomeOf(body: object, memory?: Memory): Promise<Outcome> {
  const read = await OPENAI_RESPONSES.read(sent({ model: MODEL, ...body }, memory))
  const outcome = read.ok ? read.translate() : read
  if (outcome.ok && outcome.order === 'as_written') throw new Error('was written')
  return outcome
}

export async function understoodOf(body: object, memory?: Memory): Promise<Understood> {
  const read = await OPENAI_RESPONSES.read(sent({ model: MODEL, ...body }, memory))
  if (!read.ok) throw new Error(read.failure.message)
  return read
}

export async function translatedOf(body: object, memory?: Memory): Promise<Translation> {
  const outcome = await outcomeOf(body, memory)
  if (!outcome.ok) throw new Error(outcome.failure.message)
  return outcome
}

export async function requestOf(body: object, memory?: Memory): Promise<GenerateContentRequest> {
  const [request] = (await translatedOf(body, memory)).requests
  return request
}

export async function failureOf(body: object, memory?: Memory): Promise<Failure> {
  const outcome = await outcomeOf(body, memory)
  if (outcome.ok) throw new Error('was taken')
  return outcome.failure
}

/** One of Google's answers, with these parts. */
export function answer(
  parts: readonly object[],
  finishReason: string | null = 'STOP',
): GenerateContentResponse {
  const usageMetadata = {
    promptTokenCount: 10,
    cachedContentTokenCount: 4,
    candidatesTokenCount: 5,
    thoughtsTokenCount: 3,
    totalTokenCount: 18,
  }
  return {
    candidates: [
      {
        content: { role: 'model', parts: [...parts] },
        index: 0,
        ...(finishReason !== null && { finishReason }),
      },
    ],
    usageMetadata,
  } as GenerateContentResponse
}

export interface Told {
  readonly id: string
  readonly status: string
  readonly output: readonly Readonly<Record<string, unknown>>[]
  readonly [field: string]: unknown
}

/** The whole answer that a client would get for this body. */
export async function wholeOf(
  body: object,
  response: GenerateContentResponse,
  memory?: Memory,
): Promise<Told> {
  const { telling } = await translatedOf(body, memory)
  const told = await telling.whole([{ ...TERMS, response }], CONTEXT)
  if (!told.ok) throw new Error(told.failure.message)
  return JSON.parse(told.body as string) as Told
}

export type ToldEvent = Readonly<Record<string, unknown>> & {
  readonly type: string
  readonly sequence_number: number
}

/** The events of a streamed answer that a client would get. */
export async function eventsOf(
  body: object,
  responses: readonly GenerateContentResponse[],
  memory?: Memory,
): Promise<readonly ToldEvent[]> {
  const { telling } = await translatedOf(body, memory)
  const stream = telling.stream(CONTEXT, 1)
  const encoder = stream.choice(0, TERMS)
  let frames = ''
  for (const response of responses) frames += encoder.encode(response)
  const end = await encoder.end()
  return eventsIn(frames + end.frames)
}

export function eventsIn(frames: string): readonly ToldEvent[] {
  return frames
    .split('\n\n')
    .filter((frame) => frame !== '')
    .map((frame) => {
      const [event = '', data = ''] = frame.split('\n')
      const value = JSON.parse(data.slice('data: '.length)) as ToldEvent
      if (event !== `event: ${value.type}`) throw new Error(`not an event: ${frame}`)
      return value
    })
}
