/** The events of a finished response, as a stream would have told them if each text had been there at once. */
import { isRecord, recordOf } from '../../json/record.ts'
import { toJsonLine } from '../../json/line.ts'
import type { StoredResponse } from '../memory.ts'
import { tellCode, tellCodeRan } from './answer/code-calls.ts'
import { joinedJson, parted } from './answer/response.ts'
import { tellSearch } from './answer/search-calls.ts'
import { frameOf } from './answer/sequence.ts'

/** The response as one JSON text. */
export function toResponseJson({ body, settings, output }: StoredResponse): string {
  return joinedJson(parted(body).body, settings, output)
}

type Event = readonly [type: string, fields: string]

/**
 * `after`: the number of the last event that the client has. A stream has more deltas than are told again, so the numbers
 * of a streamed response leave gaps: each item ends with the number that it ended with.
 */
export function replay(finished: StoredResponse, after: number): string {
  const { settings, output } = finished
  const { body, numbers } = parted(finished.body)
  const begun = { ...(JSON.parse(body) as object), status: 'in_progress', usage: null }
  const opening = `"response":${joinedJson(toJsonLine({ ...begun, incomplete_details: null }), settings, [])}`
  const { status } = JSON.parse(body) as { readonly status?: unknown }
  const last = status === 'incomplete' ? 'response.incomplete' : 'response.completed'
  const frames: string[] = []
  let next = 0
  const tell = ([type, fields]: Event, number = next): void => {
    next = number + 1
    if (number > after) frames.push(frameOf(type, number, fields))
  }
  tell(['response.created', opening])
  tell(['response.in_progress', opening])
  for (const [at, text] of output.entries()) {
    const all = eventsOf(text, at)
    const end = numbers?.[at] ?? next + all.length - 1
    const events = withinNumbers(all, end - next + 1)
    let left = events.length
    for (const event of events) {
      left -= 1
      // Up to its deltas an item is numbered from its beginning, and behind them back from its end: whoever has some of the
      // deltas gets what ends the text, which has all of it.
      tell(event, isOpening(event) ? next : Math.max(next, end - left))
    }
  }
  tell([last, `"response":${toResponseJson(finished)}`], numbers?.[output.length])
  return frames.join('')
}

/**
 * Citations that came after the item's end had no events of their own, and so may have no numbers: they stand in the
 * item alone, again. No number is told twice, since clients take the second for an event that they have.
 */
function withinNumbers(events: readonly Event[], count: number): readonly Event[] {
  const excess = events.length - count
  if (excess <= 0) return events
  const citations = events.filter(isCitation)
  const late = new Set(citations.slice(-excess))
  return events.filter((event) => !late.has(event))
}

function isCitation([type]: Event): boolean {
  return type === 'response.output_text.annotation.added'
}

function isOpening(event: Event): boolean {
  const [type] = event
  return (type.endsWith('.added') && !isCitation(event)) || type.endsWith('.delta')
}

type Item = Readonly<Record<string, unknown>>

function eventsOf(text: string, at: number): readonly Event[] {
  const item = recordOf(JSON.parse(text))
  const place = { item_id: item['id'], output_index: at }
  const added = (begun: Item): Event =>
    event('response.output_item.added', {
      output_index: at,
      item: 'status' in item ? { ...begun, status: 'in_progress' } : begun,
    })
  const done: Event = ['response.output_item.done', `"output_index":${at},"item":${text}`]
  switch (item['type']) {
    case 'message':
      return [added({ ...item, content: [] }), ...textEvents(item, place), done]
    case 'reasoning':
      return [
        added({ ...item, summary: [], encrypted_content: undefined }),
        ...summaryEvents(item, place),
        done,
      ]
    case 'function_call': {
      const { arguments: args, name } = item
      return [
        added({ ...item, arguments: '' }),
        event('response.function_call_arguments.delta', { ...place, delta: args }),
        event('response.function_call_arguments.done', { ...place, arguments: args, name }),
        done,
      ]
    }
    case 'custom_tool_call': {
      const { input } = item
      return [
        added({ ...item, input: '' }),
        event('response.custom_tool_call_input.delta', { ...place, delta: input }),
        event('response.custom_tool_call_input.done', { ...place, input }),
        done,
      ]
    }
    case 'image_generation_call':
      return [added({ ...item, result: null, output_format: undefined }), done]
    case 'web_search_call': {
      const steps: Event[] = []
      tellSearch({ id: String(item['id']), at }, (...step) => steps.push(step))
      return [added(item), ...steps, done]
    }
    case 'code_interpreter_call': {
      const steps: Event[] = []
      const call = { id: String(item['id']), at, code: String(item['code']) }
      tellCode(call, (...step) => steps.push(step))
      tellCodeRan(call, (...step) => steps.push(step))
      return [added({ ...item, code: '', outputs: null }), ...steps, done]
    }
    default:
      return [added(item), done]
  }
}

function textEvents(item: Item, place: object): readonly Event[] {
  return partsOf(item).flatMap((part, index) => {
    const where = { ...place, content_index: index }
    const { text: said = '', logprobs = [] } = part
    const annotations = Array.isArray(part['annotations']) ? part['annotations'] : []
    return [
      event('response.content_part.added', {
        ...where,
        part: { ...part, text: '', annotations: [], logprobs: [] },
      }),
      ...(said === ''
        ? []
        : [event('response.output_text.delta', { ...where, delta: said, logprobs: [] })]),
      ...annotations.map((annotation: unknown, annotation_index) =>
        event('response.output_text.annotation.added', { ...where, annotation_index, annotation }),
      ),
      event('response.output_text.done', { ...where, text: said, logprobs }),
      event('response.content_part.done', { ...where, part }),
    ]
  })
}

function summaryEvents(item: Item, place: object): readonly Event[] {
  return summariesOf(item).flatMap((part, index) => {
    const where = { ...place, summary_index: index }
    const said = part['text'] ?? ''
    return [
      event('response.reasoning_summary_part.added', { ...where, part: { ...part, text: '' } }),
      event('response.reasoning_summary_text.delta', { ...where, delta: said }),
      event('response.reasoning_summary_text.done', { ...where, text: said }),
      event('response.reasoning_summary_part.done', { ...where, part }),
    ]
  })
}

function event(type: string, fields: object): Event {
  return [type, toJsonLine(fields).slice(1, -1)]
}

function partsOf({ content }: Item): readonly Item[] {
  return Array.isArray(content) ? content.filter(isRecord) : []
}

function summariesOf({ summary }: Item): readonly Item[] {
  return Array.isArray(summary) ? summary.filter(isRecord) : []
}
