/** An interaction as a stream of named events. Each has an id, from which the stream can be resumed. */
import { isObject } from '../errors/failure.ts'
import { resolveError } from '../errors/resolve.ts'
import { presetContext } from '../exchange.ts'
import type { Exchange } from '../exchange.ts'
import type { JsonObject } from '../json.ts'
import type { Reply } from '../protocol.ts'
import type { Frame } from '../reply/frames.ts'
import type { Interaction, InteractionStatus } from '../state/interactions.ts'
import { describeInteraction } from './describe-interaction.ts'

const END: Frame = { text: 'event: done\ndata: [DONE]\n\n', events: 0 }

export function eventsOf(interaction: Interaction): JsonObject[] {
  const { id, steps, ends } = interaction
  const asIt = (status: InteractionStatus): JsonObject =>
    describeInteraction({ ...interaction, status })
  const events: JsonObject[] = [
    { event_type: 'interaction.created', interaction: asIt('in_progress') },
    { event_type: 'interaction.status_update', interaction_id: id, status: 'in_progress' },
    ...steps.flatMap(stepEvents),
    { event_type: 'interaction.completed', interaction: asIt(ends) },
  ]
  return events.map((event, index) => ({ ...event, event_id: `e${index + 1}` }))
}

/** With a scripted error, what came before it, the error and the end. */
export function framesIn(exchange: Exchange, { errorAfter }: Reply, events: JsonObject[]): Frame[] {
  if (!errorAfter) return framesOf(events)
  const { body } = resolveError(errorAfter.error, presetContext(exchange))
  const error = isObject(body) && isObject(body['error']) ? body['error'] : {}
  return framesOf([
    ...events.slice(0, errorAfter.events),
    { event_type: 'error', error: { code: error['status'], message: error['message'] } },
  ])
}

function framesOf(events: JsonObject[]): Frame[] {
  const frames = events.map((event) => ({
    text: `event: ${String(event['event_type'])}\ndata: ${JSON.stringify(event)}\n\n`,
    events: 1,
  }))
  return [...frames, END]
}

function stepEvents(step: JsonObject, index: number): JsonObject[] {
  const { content, ...head } = step
  const empty: JsonObject =
    head['type'] === 'model_output'
      ? { content: [] }
      : head['type'] === 'function_call'
        ? { arguments: {} }
        : {}
  const started = { ...head, ...empty }
  return [
    { event_type: 'step.start', index, step: started },
    ...deltasOf({ ...head, content }).map((delta) => ({ event_type: 'step.delta', index, delta })),
    { event_type: 'step.stop', index },
  ]
}

function deltasOf({ type, content, arguments: args }: JsonObject): JsonObject[] {
  if (type === 'function_call') {
    return [{ type: 'arguments_delta', arguments: JSON.stringify(args ?? {}) }]
  }
  const list = Array.isArray(content) ? (content as JsonObject[]) : []
  return list.flatMap((item) =>
    typeof item['text'] === 'string'
      ? (item['text'].match(/\s*\S+\s*$|\s*\S+/g) ?? [item['text']]).map((text) => ({
          type: 'text',
          text,
        }))
      : [item],
  )
}
