import type { KeyHolder } from '../../../gateway/authenticate.ts'
import { make, type Made } from '../../../gateway/make-thing.ts'
import { OUTAGES } from '../../../gateway/failure-of.ts'
import { keep, wholeText } from '../../../gateway/things.ts'
import { parsed } from '../../../json/parsed.ts'
import type { Failure } from '../../../failure/failure.ts'
import { batchOf } from '../../../gemini/batch-models.ts'
import { ownedInThing } from '../../../gemini/media/owned-uris.ts'
import { fileIdIn, MAX_PINS_ASKED, type PinRef } from '../../../gemini/pins.ts'
import type { Operation } from '../../../gemini/operations.ts'
import type { UsageMetadata } from '../../../gemini/types.ts'
import { wellFormedJson } from '../../../json/well-formed.ts'
import { isRecord } from '../../../json/record.ts'
import { stripModelPrefix } from '../../../gemini/models/find-model.ts'
import { checked } from '../../access.ts'
import type { Call, Handler, Reply } from '../../call.ts'
import { setJourneyHeaders, unanswered } from '../journey-headers.ts'
import { journeyFor, outliving, readServiceBody } from '../call-journey.ts'
import { BATCHES, CACHES, INTERACTIONS, type Kind, ownHeaders, pinOf } from './kinds.ts'
import { named, remember } from './one.ts'
import { watched } from './watched.ts'
import { wholeCharacters } from './whole-characters.ts'

interface Making {
  readonly of: Kind
  /** What it asks of the model. */
  readonly operation: Operation
  /** The model that it uses, as the client wrote it; null if the client names none. */
  readonly model: (call: Call, body: Record<string, unknown>) => string | null
  readonly path: (model: string) => string
  /** The body to send, naming the model that serves. */
  readonly body: (body: Record<string, unknown>, model: string) => Record<string, unknown>
}

export const makeCache: Handler = making({
  of: CACHES,
  operation: 'generate',
  model: (_, { model }) => (typeof model === 'string' ? model : null),
  path: () => '/v1beta/cachedContents',
  body: (body, model) => ({ ...body, model: `models/${model}` }),
})

export const makeBatch: Handler = making({
  of: BATCHES,
  operation: 'generate',
  model: ({ params }) => params['model'] ?? null,
  path: (model) => `/v1beta/models/${encodeURIComponent(model)}:batchGenerateContent`,
  body: batchOf,
})

export const makeEmbeddingBatch: Handler = making({
  of: BATCHES,
  operation: 'embed',
  model: ({ params }) => params['model'] ?? null,
  path: (model) => `/v1beta/models/${encodeURIComponent(model)}:asyncBatchEmbedContent`,
  body: batchOf,
})

/** An agent is named and counted like a model. */
export const makeInteraction: Handler = making({
  of: INTERACTIONS,
  operation: 'generate',
  model: (_, { model, agent }) => {
    if (typeof model === 'string') return model
    return typeof agent === 'string' ? agent : null
  },
  path: () => '/v1beta/interactions',
  // Danger: other spellings (`google/…`) are for Pollux alone. Google would say that there is no such model, and that
  // would count against the model that was meant.
  body: (body, model) => (typeof body['model'] === 'string' ? { ...body, model } : body),
})

function making({ of, operation, model: modelIn, path, body: bodyFor }: Making): Handler {
  return async (call, holder) => {
    const read = await readServiceBody(call, holder)
    if (!read.ok) return read.reply
    if (!isRecord(read.value)) return checked(call, holder, NO_OBJECT)
    const sent = read.value
    const written = read.exact() as Record<string, unknown>
    const model = modelIn(call, sent)
    if (model === null || !NAME.test(model)) return checked(call, holder, NO_MODEL)
    const journey = await journeyFor(call, holder, {
      conversation: null,
      model: stripModelPrefix(model),
      estimatedTokens: Math.ceil(JSON.stringify(sent).length / 4),
    })
    const pins = pinsNamedIn(sent)
    const uris = ownedInThing(sent)
    const unfitFor = [of.collection]
    const headers = ownHeaders(of, call.request.headers)
    // An interaction generates, and is counted as that; it need not be permitted with each model that generates.
    const scope = of === INTERACTIONS ? 'quota' : 'call'
    const body = (served: string): string => JSON.stringify(bodyFor(written, served))
    const made = await outliving(
      call,
      make({ ...journey, operation, scope, pins, uris, unfitFor, path, body, headers }),
    )
    if (made.ok === 'unknown') return made.failure
    if (!made.ok) return refused(call, made)
    const { generated, answer } = made
    const { credentialId, model: served } = generated.lease
    const type = answer.headers.get('content-type') ?? 'application/json'
    const response = type.includes('event-stream')
      ? streamed(call, holder, { answer, credentialId, settle: made.settle })
      : await whole(call, holder, { of, model: served, answer, credentialId, settle: made.settle })
    if (!(response instanceof Response)) return named(response, credentialId)
    response.headers.set('content-type', type)
    setJourneyHeaders(response.headers, generated, call)
    return response
  }
}

/** Google's own refusal, with its status, if it was the request that Google refused. */
function refused(call: Call, { generated, refusal }: Extract<Made, { ok: false }>): Reply {
  const { reason } = generated.failure
  if (refusal === null || reason !== 'upstream_rejected') return unanswered(call, generated)
  setJourneyHeaders(refusal.headers, generated, call)
  return refusal
}

interface Answering {
  readonly answer: Response
  readonly credentialId: string
  readonly settle: Extract<Made, { ok: true }>['settle']
}

interface Of {
  readonly of: Kind
  /** The model that serves. */
  readonly model: string
}

const NOTHING: UsageMetadata = { totalTokenCount: 0 }

async function whole(
  call: Call,
  holder: KeyHolder,
  { of, model, answer, credentialId, settle }: Answering & Of,
): Promise<Response | Failure> {
  const text = await wholeText(answer)
  const thing = parsed(text)
  // A batch has used nothing yet (gateway/count-batches).
  const used = of.kind === 'batch' && isRecord(thing) ? NOTHING : undefined
  settle({ kind: 'ok' }, used ?? (isRecord(thing) ? usageOf(thing['usage']) : undefined))
  // The thing may have been made, and billed, all the same.
  if (text === null) return OUTAGES.unreadable
  await remember(call, holder, { of, text, credentialId, uncountedModel: model })
  return new Response(wellFormedJson(text))
}

/** Passes an interaction's stream on. Its owner is on disk before the client learns its id. */
function streamed(
  { env, ctx, request, settings }: Call,
  { userId }: KeyHolder,
  { answer, credentialId, settle }: Answering,
): Response {
  const { promise: isOver, resolve } = Promise.withResolvers<void>()
  ctx.waitUntil(isOver)
  const events = watched(answer.body, {
    idleMs: settings.streamIdleTimeoutMs,
    signal: request.signal,
    async created(interaction) {
      const pin = pinOf(INTERACTIONS, interaction, Date.now())
      if (pin !== null) await keep({ env, userId }, [pin], credentialId)
    },
    over(verdict, usage) {
      settle(verdict, usageOf(usage))
      resolve()
    },
  })
  return new Response(events.pipeThrough(wholeCharacters()))
}

/** The usage of an interaction, which names the counts differently. */
function usageOf(usage: unknown): UsageMetadata | undefined {
  if (!isRecord(usage)) return undefined
  const count = (name: string): number => {
    const value = usage[name]
    return typeof value === 'number' && Number.isSafeInteger(value) ? value : 0
  }
  return {
    promptTokenCount: count('total_input_tokens'),
    cachedContentTokenCount: count('total_cached_tokens'),
    candidatesTokenCount: count('total_output_tokens'),
    thoughtsTokenCount: count('total_thought_tokens'),
    toolUsePromptTokenCount: count('total_tool_use_tokens'),
  }
}

/** All things in a body that only one credential knows: files by address or name, caches, an earlier interaction. */
function pinsNamedIn(value: unknown, path = ''): readonly PinRef[] {
  const pins: PinRef[] = []
  const walk = (inner: unknown, at: string): void => {
    if (pins.length === MAX_PINS_ASKED) return
    if (typeof inner === 'string') {
      const pin = pinNamed(inner, at)
      if (pin !== null) pins.push(pin)
    } else if (Array.isArray(inner)) {
      for (const [index, item] of inner.entries()) walk(item, `${at}[${index}]`)
    } else if (isRecord(inner)) {
      for (const [key, item] of Object.entries(inner)) walk(item, at === '' ? key : `${at}.${key}`)
    }
  }
  walk(value, path)
  return pins
}

function pinNamed(text: string, param: string): PinRef | null {
  const field = param.slice(param.lastIndexOf('.') + 1)
  if (/^(?:file_?(?:uri|name)|uri)$/i.test(field)) {
    const id = fileIdIn(text)
    return id === null ? null : { kind: 'file', id, param }
  }
  if (/^cached_?content$/i.test(field)) {
    const id = /^cachedContents\/([\w-]{1,200})$/.exec(text)?.[1]
    return id === undefined ? null : { kind: 'cached_content', id, param }
  }
  if (field === 'previous_interaction_id')
    return { kind: 'interaction', id: text.slice(0, 200), param }
  return null
}

const NAME = /^[A-Za-z0-9][\w.:@/-]{0,127}$/

const NO_OBJECT: Failure = {
  reason: 'invalid_type',
  message: 'The request body must be a JSON object.',
}

const NO_MODEL: Failure = {
  reason: 'invalid_value',
  message: "Invalid value for 'model': must be a model id such as models/gemini-2.5-flash.",
  param: 'model',
}
