/** The events of a finished response, as a stream would have told them if the answer had been there at once. */
import { isRecord } from '../../json/record.ts'
import { toJsonLine } from '../../json/line.ts'
import type { StoredResponse } from '../memory.ts'
import { tellCode, tellCodeRan } from './answer/code-calls.ts'
import { joinedJson } from './answer/response.ts'
import { tellSearch } from './answer/search-calls.ts'
import { Sequence } from './answer/sequence.ts'

/** The response as one JSON text. */
export function toResponseJson({ body, settings, output }: StoredResponse): string {
  return joinedJson(body, settings, output)
}

/** `after`: the number of the last event that the client has. */
export function replay(finished: StoredResponse, after: number): string {
  const sequence = new Sequence()
  const { body, settings, output } = finished
  const begun = { ...(JSON.parse(body) as object), status: 'in_progress', usage: null }
  const opening = `"response":${joinedJson(toJsonLine({ ...begun, incomplete_details: null }), settings, [])}`
  const { status } = JSON.parse(body) as { readonly status?: unknown }
  const last = status === 'incomplete' ? 'response.incomplete' : 'response.completed'
  const frames = [
    sequence.frame('response.created', opening),
    sequence.frame('response.in_progress', opening),
    ...output.flatMap((text, at) => eventsOf(text, at, sequence)),
    sequence.frame(last, `"response":${toResponseJson(finished)}`),
  ]
  return frames.slice(Math.max(0, after + 1)).join('')
}

type Item = Readonly<Record<string, unknown>>

function eventsOf(text: string, at: number, sequence: Sequence): readonly string[] {
  const parsed: unknown = JSON.parse(text)
  const item: Item = isRecord(parsed) ? parsed : {}
  const emit = (type: string, fields: object): string =>
    sequence.frame(type, toJsonLine(fields).slice(1, -1))
  const place = { item_id: item['id'], output_index: at }
  const added = (begun: Item): string =>
    emit('response.output_item.added', {
      output_index: at,
      item: 'status' in item ? { ...begun, status: 'in_progress' } : begun,
    })
  // The events are numbered in the order of this list.
  switch (item['type']) {
    case 'message':
      return [
        added({ ...item, content: [] }),
        ...partsOf(item).flatMap((part, index) => {
          const where = { ...place, content_index: index }
          const { text: said = '' } = part
          const { logprobs = [] } = part
          const annotations = Array.isArray(part['annotations']) ? part['annotations'] : []
          return [
            emit('response.content_part.added', {
              ...where,
              part: { ...part, text: '', annotations: [], logprobs: [] },
            }),
            emit('response.output_text.delta', { ...where, delta: said, logprobs: [] }),
            ...annotations.map((annotation: unknown, annotation_index) =>
              emit('response.output_text.annotation.added', {
                ...where,
                annotation_index,
                annotation,
              }),
            ),
            emit('response.output_text.done', { ...where, text: said, logprobs }),
            emit('response.content_part.done', { ...where, part }),
          ]
        }),
        done(text, at, sequence),
      ]
    case 'reasoning':
      return [
        added({ ...item, summary: [], encrypted_content: undefined }),
        ...summariesOf(item).flatMap((part, index) => {
          const where = { ...place, summary_index: index }
          const said = part['text'] ?? ''
          return [
            emit('response.reasoning_summary_part.added', {
              ...where,
              part: { ...part, text: '' },
            }),
            emit('response.reasoning_summary_text.delta', { ...where, delta: said }),
            emit('response.reasoning_summary_text.done', { ...where, text: said }),
            emit('response.reasoning_summary_part.done', { ...where, part }),
          ]
        }),
        done(text, at, sequence),
      ]
    case 'function_call':
      return [
        added({ ...item, arguments: '' }),
        emit('response.function_call_arguments.delta', { ...place, delta: item['arguments'] }),
        emit('response.function_call_arguments.done', {
          ...place,
          arguments: item['arguments'],
          name: item['name'],
        }),
        done(text, at, sequence),
      ]
    case 'custom_tool_call':
      return [
        added({ ...item, input: '' }),
        emit('response.custom_tool_call_input.delta', { ...place, delta: item['input'] }),
        emit('response.custom_tool_call_input.done', { ...place, input: item['input'] }),
        done(text, at, sequence),
      ]
    case 'web_search_call': {
      const frames: string[] = [added(item)]
      tellSearch({ id: String(item['id']), at }, (type, fields) => {
        frames.push(sequence.frame(type, fields))
      })
      return [...frames, done(text, at, sequence)]
    }
    case 'code_interpreter_call': {
      const frames: string[] = [added({ ...item, code: '', outputs: null })]
      const call = { id: String(item['id']), at, code: String(item['code']) }
      const tell = (type: string, fields: string): void => {
        frames.push(sequence.frame(type, fields))
      }
      tellCode(call, tell)
      tellCodeRan(call, tell)
      return [...frames, done(text, at, sequence)]
    }
    default:
      return [added(item), done(text, at, sequence)]
  }
}

function done(text: string, at: number, sequence: Sequence): string {
  return sequence.frame('response.output_item.done', `"output_index":${at},"item":${text}`)
}

function partsOf({ content }: Item): readonly Item[] {
  return Array.isArray(content) ? content.filter(isRecord) : []
}

function summariesOf({ summary }: Item): readonly Item[] {
  return Array.isArray(summary) ? summary.filter(isRecord) : []
}
