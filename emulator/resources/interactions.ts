/** create (whole, streamed, in the background), get, resume, cancel and delete of interactions. */
import { invalidArgument, isObject, statusFailure } from '../errors/failure.ts'
import type { Failure } from '../errors/failure.ts'
import { perform, presetFailure, refuse } from '../exchange.ts'
import type { Exchange, Outcome } from '../exchange.ts'
import { findModel } from '../find-model.ts'
import type { JsonObject } from '../json.ts'
import type { Model } from '../models.ts'
import type { Content, FunctionDeclaration } from '../proto/types.ts'
import type { Reply } from '../protocol.ts'
import { randomId } from '../random.ts'
import { answerTo } from '../reply/answer.ts'
import { signParts } from '../reply/sign.ts'
import { checkCounted } from '../rules/index.ts'
import type { Interaction } from '../state/interactions.ts'
import { describeInteraction, stepsOf, usageOf } from './describe-interaction.ts'
import { eventsOf, framesIn } from './interaction-events.ts'
import { contentsOf } from './interaction-input.ts'
import { ownThings } from './own-things.ts'
import { hasHalfPair } from '../upstreams/body.ts'
import { callerOf, notFound } from './owner.ts'

/** How long the paid tier keeps an interaction. */
const LIFE_MS = 55 * 86_400_000
/** The model that answers if an agent is asked. */
const AGENT_MODEL = 'gemini-3.1-pro-preview'

const FIELDS: ReadonlySet<string> = new Set(
  (
    'model agent agent_config input system_instruction tools tool_choice generation_config response_format ' +
    'response_mime_type response_modalities safety_settings service_tier stream store background previous_interaction_id ' +
    'cached_content continuation_token environment labels webhook_config'
  ).split(' '),
)

export function createInteraction(exchange: Exchange): Outcome {
  const read = readCreation(exchange)
  if (!read.ok) return refuse(read.failure)
  const { body, model, contents } = read
  const { signatures } = exchange.state
  const subject = { upstream: 'gemini-api', model, request: { contents }, signatures } as const
  const refused = checkCounted({ ...subject, own: ownThings(exchange) })
  if (refused) return refuse(refused)
  return perform(exchange, (reply) => {
    const made = make(exchange, read, reply)
    if (body['store'] !== false) exchange.state.interactions.put(made)
    if (body['stream'] === true) {
      return { kind: 'frames', frames: framesIn(exchange, reply, eventsOf(made)), reply }
    }
    return { kind: 'json', body: describeInteraction(made) }
  })
}

type Creation =
  | { ok: true; body: JsonObject; model: Model; contents: Content[] }
  | { ok: false; failure: Failure }

function readCreation(exchange: Exchange): Creation {
  const { state, call, text } = exchange
  const body = parse(text)
  call.body = body
  if (!body) return no(invalidArgument('Invalid JSON payload received. Unexpected token.'))
  const unknown = Object.keys(body).find((name) => !FIELDS.has(name))
  if (unknown !== undefined) {
    return no(
      invalidArgument(
        `Invalid JSON payload received. Unknown name "${unknown}": Cannot find field.`,
      ),
    )
  }
  const { model: named, agent, previous_interaction_id: previous } = body
  if ((typeof named === 'string') === (typeof agent === 'string')) {
    return no(invalidArgument('Exactly one of model and agent must be specified.'))
  }
  const id = typeof named === 'string' ? named.replace(/^models\//, '') : AGENT_MODEL
  call.model = id
  const model = findModel('gemini-api', id, '')
  if (!model || model.embeds) return no(presetFailure(exchange, '404'))
  if (body['background'] === true && body['store'] === false) {
    return no(invalidArgument('background requires store to be true.'))
  }
  const before =
    typeof previous === 'string'
      ? state.interactions.get(previous, callerOf(exchange), state.now())
      : undefined
  if (previous !== undefined && !before) return no(notFound())
  const contents = contentsOf(body['input'])
  if (!contents) return no(invalidArgument('input is not specified, or of no known form.'))
  return { ok: true, body, model, contents: [...(before?.said ?? []), ...contents] }
}

function make(
  exchange: Exchange,
  { body, model, contents }: { body: JsonObject; model: Model; contents: Content[] },
  reply: Reply,
): Interaction {
  const { state } = exchange
  const functionDeclarations = functionsOf(body['tools'])
  const request = { contents, tools: [{ functionDeclarations }] }
  const answer = answerTo(model, request, reply)
  const parts = signParts(answer.parts, {
    signatures: state.signatures,
    upstream: 'gemini-api',
    model,
    hasFunctions: functionDeclarations.length > 0,
    thought: (answer.usage.thoughtsTokenCount ?? 0) > 0,
    streaming: false,
  })
  const isBackground = body['background'] === true
  const ends = parts.some((part) => part.functionCall) ? 'requires_action' : 'completed'
  const id = `v1_${randomId(24)}`
  const previous = body['previous_interaction_id']
  return {
    id,
    name: id,
    owner: callerOf(exchange),
    model: model.id,
    previous: typeof previous === 'string' ? previous : undefined,
    said: [...contents, { role: 'model', parts }],
    steps: stepsOf(parts),
    usage: usageOf(answer.usage),
    ends,
    status: isBackground ? 'in_progress' : ends,
    pollsLeft: reply.polls ?? 1,
    createdAt: state.now(),
    updatedAt: state.now(),
    expiresAt: state.now() + LIFE_MS,
  }
}

function functionsOf(tools: unknown): FunctionDeclaration[] {
  const list: unknown[] = Array.isArray(tools) ? tools : []
  return list.flatMap((tool) =>
    isObject(tool) && tool['type'] === 'function' ? [{ name: String(tool['name']) }] : [],
  )
}

/** With `stream=true` all events, or those after `last_event_id`. */
export function getInteraction(exchange: Exchange): Outcome {
  const { state, url } = exchange
  return withInteraction(exchange, (found, reply) => {
    state.interactions.poll(found, state.now())
    if (url.searchParams.get('stream') !== 'true') {
      return { kind: 'json', body: describeInteraction(found) }
    }
    const events = eventsOf(found)
    const last = url.searchParams.get('last_event_id')
    const at = events.findIndex((event) => event['event_id'] === last)
    if (last !== null && at < 0) return refuse(invalidArgument('last_event_id is not valid.'))
    return { kind: 'frames', frames: framesIn(exchange, reply, events.slice(at + 1)), reply }
  })
}

export function cancelInteraction(exchange: Exchange): Outcome {
  const { state } = exchange
  return withInteraction(exchange, (found) => {
    if (found.status !== 'in_progress') {
      const problem = 'Only interactions that are in progress can be cancelled.'
      return refuse(statusFailure(400, 'FAILED_PRECONDITION', problem))
    }
    found.status = 'cancelled'
    found.updatedAt = state.now()
    return { kind: 'json', body: describeInteraction(found) }
  })
}

export function deleteInteraction(exchange: Exchange): Outcome {
  return withInteraction(exchange, (found) => {
    exchange.state.interactions.remove(found)
    return { kind: 'json', body: {} }
  })
}

function withInteraction(
  exchange: Exchange,
  act: (found: Interaction, reply: Reply) => Outcome,
): Outcome {
  const { state, route } = exchange
  const found = state.interactions.get(route.id, callerOf(exchange), state.now())
  return found ? perform(exchange, (reply) => act(found, reply)) : refuse(notFound())
}

function parse(text: string): JsonObject | undefined {
  try {
    const body: unknown = JSON.parse(text)
    return isObject(body) && !hasHalfPair(text, body) ? body : undefined
  } catch {
    return undefined
  }
}

function no(failure: Failure): { ok: false; failure: Failure } {
  return { ok: false, failure }
}
