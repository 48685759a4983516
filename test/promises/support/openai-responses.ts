import { MODEL, post } from '../../support/pollux.ts'
import type { Asking, Call, Speaker } from './speaker.ts'

interface Item {
  readonly type: string
  readonly call_id?: string
  readonly name?: string
  readonly arguments?: string
  readonly content?: readonly { readonly text?: string }[]
}

interface Event {
  readonly type: string
  readonly delta?: string
  readonly item?: Item
  readonly error?: Told
}

interface Told {
  readonly message: string
  readonly param: string | null
}

interface Whole {
  readonly error?: Told | null
  readonly output?: readonly Item[]
}

/** Responses as clients of the OpenAI SDK speak it, with the whole conversation in each request. */
export const OPENAI_RESPONSES: Speaker = {
  dialect: 'openai-responses',
  // Codex repeats after 403 and 413.
  lastingStatus: 400,
  ask(key, asking) {
    if (typeof asking === 'string') return post('/v1/responses', key, asking)
    const { signal } = asking
    return post('/v1/responses', key, bodyOf(asking), signal === undefined ? {} : { signal })
  },
  textOf(body) {
    if (!isWhole(body)) {
      return eventsIn(body)
        .map(({ type, delta = '' }) => (type === 'response.output_text.delta' ? delta : ''))
        .join('')
    }
    return itemsIn(body)
      .flatMap(({ content = [] }) => content.map(({ text = '' }) => text))
      .join('')
  },
  callsOf: (body) =>
    callsIn(body).map(({ call_id: id = '', name = '', arguments: args = '' }): Call => ({
      id,
      name,
      args: JSON.parse(args),
    })),
  errorOf(body) {
    const found = isWhole(body)
      ? (JSON.parse(body) as Whole).error
      : eventsIn(body).find(({ type }) => type === 'error')?.error
    return found ? { message: found.message, param: found.param } : null
  },
  framesOf: eventsIn,
}

function bodyOf({ text = 'Hello there', stream = false, model = MODEL, functions, after }: Asking) {
  const tools = functions?.map((name) => ({
    type: 'function',
    name,
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
  }))
  const input: object[] = [{ role: 'user', content: text }]
  if (after !== undefined) {
    const calls = callsIn(after.answer)
    input.push(...itemsIn(after.answer))
    for (const [index, { call_id }] of calls.entries()) {
      input.push({ type: 'function_call_output', call_id, output: after.results[index] })
    }
  }
  return { model, stream, store: false, input, ...(tools !== undefined && { tools }) }
}

function callsIn(body: string): readonly Item[] {
  return itemsIn(body).filter(({ type }) => type === 'function_call')
}

/** The complete items, which are all that Codex reads. */
function itemsIn(body: string): readonly Item[] {
  if (isWhole(body)) return (JSON.parse(body) as Whole).output ?? []
  return eventsIn(body).flatMap(({ type, item }) =>
    type === 'response.output_item.done' && item !== undefined ? [item] : [],
  )
}

function eventsIn(body: string): readonly Event[] {
  return body
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice('data: '.length)) as Event)
}

function isWhole(body: string): boolean {
  return body.startsWith('{')
}
